using BackupFunctions.Bson;
using BackupFunctions.Mongo;

namespace BackupFunctions.Backup;

/// <summary>
/// Finds, for each range of a collection, the files of the base backup that may hold the same chunks. Ranges mostly start where files of the
/// base start, and only bytes are compared: a range between two such starts gets the files between them.
/// </summary>
internal static class Neighbourhoods
{
    /// <summary>The ranges, in order, each with the lists of its base files.</summary>
    public static IEnumerable<PlannedRange> Assign(int collection, IReadOnlyList<KeyRange> ranges, IReadOnlyList<IndexedFile> files)
    {
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].First is { } first) starts[Text(first)] = i;
        }
        // edges[i]: the base file that starts where range i starts; -1 where none does
        var edges = ranges.Select(r => r.Min is null ? 0 : starts.GetValueOrDefault(Text(r.Min), -1)).Append(files.Count).ToList();
        for (var i = 0; i < ranges.Count; i++)
        {
            var from = edges.Take(i + 1).LastOrDefault(e => e >= 0);
            var to = edges.Skip(i + 1).First(e => e >= 0);
            yield return new(collection, ranges[i], [.. files.Skip(from).Take(Math.Max(0, to - from)).Select(f => f.List)]);
        }
    }

    private static string Text(MongoDB.Bson.RawBsonDocument key) => Convert.ToHexString(key.Bytes().Span);
}
