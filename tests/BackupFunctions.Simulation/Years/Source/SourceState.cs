using System.Collections.Immutable;
using BackupFunctions.Mongo;

namespace BackupFunctions.Simulation.Years.Source;

/// <summary>What the source held behind an oplog entry: <c>collection</c> for each that existed, and <c>collection id</c> with the bytes of each document.</summary>
internal sealed record SourcePoint(Optime At, ImmutableSortedDictionary<string, byte[]> State);

/// <summary>An oplog entry as the source gave it out.</summary>
internal sealed record SourceEntry(Optime At, byte[] Raw);

/// <summary>How two states differ.</summary>
internal static class SourceDifferences
{
    /// <summary>At most five sentences; none when they are equal, byte by byte.</summary>
    public static IReadOnlyList<string> Between(IReadOnlyDictionary<string, byte[]> expected, IReadOnlyDictionary<string, byte[]> found) =>
    [
        .. expected.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Where(k => !expected.TryGetValue(k, out var e) || !found.TryGetValue(k, out var f) || !e.AsSpan().SequenceEqual(f))
            .Take(5)
            .Select(k => $"{k} is {(!found.ContainsKey(k) ? "missing" : !expected.ContainsKey(k) ? "there and should not be" : "another")}"),
    ];
}
