using BackupFunctions.Standalone.Demo.Story;

namespace BackupFunctions.Standalone.Demo.Comparison;

/// <summary>What a set of databases holds, by hash: taken before and after, it shows without the engine whether everything came back.</summary>
/// <param name="Collections">Fingerprints by <c>database.collection</c>.</param>
public sealed record DataFingerprint(IReadOnlyDictionary<string, CollectionFingerprint> Collections)
{
    /// <summary>Documents of all collections.</summary>
    public long Documents => Collections.Values.Sum(c => c.Documents);

    /// <summary>Bytes of BSON of all collections.</summary>
    public long Bytes => Collections.Values.Sum(c => c.Bytes);

    /// <summary>What it holds, and how many differences to what was expected there are; in JSON the number has this name.</summary>
    public IReadOnlyList<DemoFact> Facts(string differencesName, int differences) =>
    [
        DemoFact.Count("collections", "collections", Collections.Count), DemoFact.Count("documents", "documents", Documents),
        DemoFact.Size("bytes", "bson", Bytes), DemoFact.Count(differencesName, "differences", differences),
    ];

    /// <summary>What differs in <paramref name="restored"/>, one sentence each; empty when everything is the same.</summary>
    public IReadOnlyList<string> DifferencesTo(DataFingerprint restored)
    {
        var differences = new List<string>();
        foreach (var (name, expected) in Collections.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            if (restored.Collections.TryGetValue(name, out var actual)) differences.AddRange(expected.DifferencesTo(actual).Select(d => $"{name}: {d}"));
            else differences.Add($"{name}: is missing");
        }
        differences.AddRange(restored.Collections.Keys.Except(Collections.Keys).Order(StringComparer.Ordinal).Select(name => $"{name}: was not there before"));
        return differences;
    }
}

/// <summary>A collection or view by hash.</summary>
/// <param name="Type">The <c>type</c> of <c>listCollections</c>.</param>
/// <param name="Options">Hash of the raw options.</param>
/// <param name="Indexes">Hashes of the raw index specifications by name.</param>
/// <param name="Documents">How many documents.</param>
/// <param name="Bytes">Their length as BSON.</param>
/// <param name="Content">Over the bytes of all documents; in their order where the collection is capped, else whatever their order.</param>
public sealed record CollectionFingerprint(
    string Type, Hash256 Options, IReadOnlyDictionary<string, Hash256> Indexes, long Documents, long Bytes, Hash256 Content)
{
    internal IEnumerable<string> DifferencesTo(CollectionFingerprint actual)
    {
        if (Type != actual.Type) yield return $"is a {actual.Type}, was a {Type}";
        if (Options != actual.Options) yield return "has other options";
        foreach (var (name, expected) in Indexes.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            if (!actual.Indexes.TryGetValue(name, out var hash)) yield return $"lacks the index {name}";
            else if (hash != expected) yield return $"has another specification of the index {name}";
        }
        foreach (var name in actual.Indexes.Keys.Except(Indexes.Keys).Order(StringComparer.Ordinal)) yield return $"has an index {name} that was not there before";
        if (Documents != actual.Documents) yield return $"has {actual.Documents} documents, had {Documents}";
        else if (Content != actual.Content) yield return "has documents with other bytes";
    }
}
