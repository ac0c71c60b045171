using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>
/// Writes a delta between two documents, for tests of what applies it. Fields that the new document begins with, in the old order, stay in place; from the
/// first other one on everything is put at the end.
/// </summary>
internal static class DeltaWriter
{
    public static BsonDocument Between(Random random, BsonDocument before, BsonDocument after)
    {
        BsonDocument deleted = [], updated = [], inserted = [], nested = [];
        var names = before.Names.ToList();
        var next = 0;
        var inPlace = true;
        foreach (var field in after)
        {
            var at = inPlace ? names.IndexOf(field.Name, next) : -1;
            inPlace = at >= 0;
            if (!inPlace)
            {
                inserted.Add(field);
                continue;
            }
            next = at + 1;
            var old = before[field.Name];
            if (Same(old, field.Value)) continue;
            if (random.Next(4) > 0 && Nested(random, old, field.Value) is { } delta) nested.Add($"s{field.Name}", delta);
            else updated.Add(field);
        }
        foreach (var name in names.Where(n => !after.Contains(n))) deleted.Add(name, false);
        var diff = new BsonDocument();
        if (deleted.ElementCount > 0) diff.Add("d", deleted);
        if (updated.ElementCount > 0) diff.Add("u", updated);
        if (inserted.ElementCount > 0) diff.Add("i", inserted);
        diff.AddRange(nested);
        return diff;
    }

    private static BsonDocument? Nested(Random random, BsonValue before, BsonValue after) => (before, after) switch
    {
        (BsonDocument x, BsonDocument y) => Between(random, x, y),
        (BsonArray x, BsonArray y) => Between(random, x, y),
        _ => null,
    };

    private static BsonDocument Between(Random random, BsonArray before, BsonArray after)
    {
        var diff = new BsonDocument("a", true);
        if (after.Count < before.Count) diff.Add("l", after.Count);
        for (var i = 0; i < after.Count; i++)
        {
            if (i < before.Count && Same(before[i], after[i])) continue;
            if (i < before.Count && random.Next(2) == 0 && Nested(random, before[i], after[i]) is { } delta) diff.Add($"s{i}", delta);
            else diff.Add($"u{i}", after[i]);
        }
        return diff;
    }

    private static bool Same(BsonValue x, BsonValue y) => new BsonDocument("v", x).ToBson().AsSpan().SequenceEqual(new BsonDocument("v", y).ToBson());
}
