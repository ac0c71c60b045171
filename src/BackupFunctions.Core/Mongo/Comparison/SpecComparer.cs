using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>Compares descriptions of collections; gives differences as sentences, none when they are equal.</summary>
public static class SpecComparer
{
    /// <summary>Type, options and indexes together.</summary>
    public static IReadOnlyList<string> Compare(CollectionSpec expected, CollectionSpec actual)
    {
        var differences = new List<string>();
        if (expected.Type != actual.Type) differences.Add($"{actual.Namespace} is a {Text(actual.Type)}, expected a {Text(expected.Type)}");
        differences.AddRange(Options(expected, actual));
        differences.AddRange(Indexes(expected, actual));
        return differences;
    }

    /// <summary>Options, byte for byte. The mark <c>temp</c> says nothing: a server takes it from no client, so what is written again is without it.</summary>
    public static IReadOnlyList<string> Options(CollectionSpec expected, CollectionSpec actual) =>
        Lasting(expected.Options).AsSpan().SequenceEqual(Lasting(actual.Options))
            ? []
            : [$"options of {actual.Namespace} are {actual.Options}, expected {expected.Options}"];

    /// <summary>Indexes by name: the same fields with the same bytes. Their order and the field <c>ns</c> of old servers say nothing.</summary>
    public static IReadOnlyList<string> Indexes(CollectionSpec expected, CollectionSpec actual)
    {
        var differences = new List<string>();
        var found = actual.Indexes.ToLookup(IndexSpec.Name);
        foreach (var index in expected.Indexes)
        {
            var name = IndexSpec.Name(index);
            if (found[name].FirstOrDefault() is not { } other) differences.Add($"index {name} of {actual.Namespace} is missing");
            else if (!IsSame(index, other)) differences.Add($"index {name} of {actual.Namespace} is {other}, expected {index}");
        }
        var wanted = expected.Indexes.Select(IndexSpec.Name).ToHashSet();
        differences.AddRange(found.Where(g => !wanted.Contains(g.Key)).Select(g => $"index {g.Key} of {actual.Namespace} was not there before"));
        return differences;
    }

    /// <summary>Whether two descriptions of an index have the same fields, with the same bytes.</summary>
    internal static bool IsSame(RawBsonDocument index, RawBsonDocument other) => Fields(index).SequenceEqual(Fields(other));

    private static byte[] Lasting(RawBsonDocument options)
    {
        using var kept = new RawBsonBuilder();
        foreach (var option in new RawElements(options.Bytes().Span))
        {
            if (!option.Name.SequenceEqual("temp"u8)) kept.Element(option.Whole);
        }
        return kept.ToArray();
    }

    private static IEnumerable<string> Fields(RawBsonDocument index)
    {
        var fields = new List<string>();
        foreach (var field in new RawElements(index.Bytes().Span))
        {
            if (!field.Name.SequenceEqual("ns"u8)) fields.Add(Convert.ToHexString(field.Whole));
        }
        return fields.Order(StringComparer.Ordinal);
    }

    private static string Text(CollectionType type) => type switch
    {
        CollectionType.View => "view",
        CollectionType.Timeseries => "time series",
        _ => "collection",
    };
}
