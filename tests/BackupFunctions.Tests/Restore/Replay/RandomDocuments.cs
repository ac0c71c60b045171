using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>Small documents with nested documents and arrays, and changes of them, from a seed.</summary>
internal static class RandomDocuments
{
    private const string Names = "abcdefgh";

    public static BsonDocument Document(Random random, int depth = 3)
    {
        var document = new BsonDocument();
        foreach (var name in Names.Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next()).ToList()) document[name.ToString()] = Value(random, depth);
        return document;
    }

    public static BsonDocument Changed(Random random, BsonDocument before, int depth = 3)
    {
        var after = new BsonDocument();
        foreach (var field in before)
        {
            var kind = random.Next(6);
            if (kind == 0) continue;
            after[field.Name] = kind == 1 ? Value(random, depth) : kind == 2 ? ChangedValue(random, field.Value, depth) : field.Value.DeepClone();
        }
        if (random.Next(4) == 0) after = [.. after.OrderBy(_ => random.Next()).ToList()];
        foreach (var name in Names.Where(_ => random.Next(5) == 0).Select(c => c.ToString()).Where(n => !after.Contains(n)).ToList()) after[name] = Value(random, depth);
        return after;
    }

    private static BsonValue ChangedValue(Random random, BsonValue value, int depth)
    {
        switch (value)
        {
            case BsonDocument document:
                return Changed(random, document, depth - 1);
            case BsonArray array:
                var items = array.Take(random.Next(array.Count + 1)).Select(i => random.Next(2) == 0 ? ChangedValue(random, i, depth - 1) : i.DeepClone()).ToList();
                for (var more = random.Next(3); more > 0; more--) items.Add(Value(random, depth - 1));
                return new BsonArray(items);
            default:
                return Value(random, depth);
        }
    }

    private static BsonValue Value(Random random, int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => random.Next(100),
        1 => (long)random.Next(100),
        2 => new string((char)('a' + random.Next(26)), random.Next(8)),
        3 => BsonNull.Value,
        4 => random.Next(100) / 4.0,
        5 => Document(random, depth - 1),
        _ => new BsonArray(Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1))),
    };
}
