using MongoDB.Bson;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>
/// Compares collections with those of the original dump: every byte of every document, the options byte for byte and in order, the indexes field
/// for field. Tolerated are only these, each for its reason:
/// the UUID, since a collection that is created anew gets one of its own;
/// <c>ns</c> in an index, which servers before 4.4 listed and newer ones refuse;
/// the order of the fields of an index and of the indexes, which are the listing server's own (the order and the types within a key are not);
/// an <c>_id</c> index that the dump does not tell, since every collection but a time series has one;
/// and what the case says no server takes.
/// </summary>
internal static class Fidelity
{
    public static void ShouldEqual(IReadOnlyList<OriginalCollection> actual, OriginalDump original, DumpCase dump)
    {
        actual.Select(c => c.ToString()).Order(StringComparer.Ordinal).ShouldBe(original.Restorable.Select(c => c.ToString()).Order(StringComparer.Ordinal));
        foreach (var expected in original.Restorable) ShouldEqual(actual.Single(c => c.ToString() == expected.ToString()), expected, dump);
    }

    /// <summary>The documents are these, in this order.</summary>
    public static void ShouldHoldSameBytes(OriginalCollection actual, IReadOnlyList<byte[]> expected) => ShouldBeSame(actual.Documents, expected, actual.ToString());

    private static void ShouldEqual(OriginalCollection actual, OriginalCollection expected, DumpCase dump)
    {
        actual.Type.ShouldBe(expected.Type, expected.ToString());
        actual.Options.ToBson().ShouldBe(expected.Options.ToBson(), $"options of {expected}: {actual.Options} instead of {expected.Options}");
        Indexes(actual.Indexes, []).ShouldBe(Indexes(WithId(expected), dump.UnknownIndexOptions).Where(i => !dump.LeftOutIndexes.Contains(i.Key)), expected.ToString());
        if (expected.IsCapped) ShouldHoldSameBytes(actual, expected.Documents);
        else ShouldBeSame(Sorted(actual.Documents), Sorted(expected.Documents), expected.ToString());
    }

    private static void ShouldBeSame(IReadOnlyList<byte[]> actual, IReadOnlyList<byte[]> expected, string collection)
    {
        actual.Count.ShouldBe(expected.Count, collection);
        for (var i = 0; i < actual.Count; i++)
        {
            if (!actual[i].AsSpan().SequenceEqual(expected[i])) Convert.ToHexString(actual[i]).ShouldBe(Convert.ToHexString(expected[i]), $"document {i} of {collection}");
        }
    }

    private static List<byte[]> Sorted(IReadOnlyList<byte[]> documents)
    {
        var sorted = documents.ToList();
        sorted.Sort((x, y) => x.AsSpan().SequenceCompareTo(y));
        return sorted;
    }

    private static IReadOnlyList<BsonDocument> WithId(OriginalCollection collection)
    {
        if (collection.IsView || collection.IsTimeseries || collection.Indexes.Any(i => i["name"] == "_id_" || i.Contains("clustered"))) return collection.Indexes;
        return [.. collection.Indexes, BsonDocument.Parse("""{"v": 2, "key": {"_id": 1}, "name": "_id_"}""")];
    }

    // each index as its name and its fields, sorted
    private static IReadOnlyList<KeyValuePair<string, string>> Indexes(IEnumerable<BsonDocument> indexes, IReadOnlyList<string> leftOut) =>
    [
        .. indexes.OrderBy(i => i["name"].AsString, StringComparer.Ordinal).Select(i => new KeyValuePair<string, string>(i["name"].AsString, string.Join(' ', i.Elements
            .Where(f => f.Name != "ns" && !leftOut.Contains(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => $"{f} {Convert.ToHexString(new BsonDocument(f).ToBson())}")))),
    ];
}
