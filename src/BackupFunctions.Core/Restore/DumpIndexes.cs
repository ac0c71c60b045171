using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.MongoDump;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>The indexes of a dump that a server can hold side by side.</summary>
internal static class DumpIndexes
{
    /// <summary>What tells two indexes of one key apart for a server.</summary>
    private static readonly byte[][] Distinguishing = ["unique"u8.ToArray(), "sparse"u8.ToArray(), "partialFilterExpression"u8.ToArray(), "collation"u8.ToArray()];

    /// <summary>
    /// The indexes without those that repeat an earlier one under another name, as <c>{a: 1}</c> and <c>{a: 1.0}</c> do in dumps of old servers;
    /// a server would refuse all of them for it. Each one left out gives a warning.
    /// </summary>
    public static IReadOnlyList<RawBsonDocument> Buildable(DumpCollection collection, List<string> warnings)
    {
        var kept = new List<RawBsonDocument>();
        foreach (var index in collection.Indexes)
        {
            if (kept.Find(other => AreEqual(index, other)) is { } same)
                warnings.Add($"{collection}: index {IndexSpec.Name(index)} is left out, it is index {IndexSpec.Name(same)} under another name");
            else
                kept.Add(index);
        }
        return kept;
    }

    private static bool AreEqual(RawBsonDocument x, RawBsonDocument y)
    {
        var left = x.Bytes().Span;
        var right = y.Bytes().Span;
        if (!HaveEqualKeys(RawBson.Nested(left, "key"u8), RawBson.Nested(right, "key"u8))) return false;
        foreach (var name in Distinguishing)
        {
            var (has, hasOther) = (RawBson.TryFind(left, name, out var value), RawBson.TryFind(right, name, out var other));
            if (has != hasOther || (has && BsonOrder.CompareValues(value, other) != 0)) return false;
        }
        return true;
    }

    private static bool HaveEqualKeys(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) => !x.IsEmpty && !y.IsEmpty && BsonOrder.CompareDocuments(x, y) == 0;
}
