using BackupFunctions.Backup;

namespace BackupFunctions.Manifest;

/// <summary>
/// What the backups of one type add up to. Bytes are BSON, stored bytes the sealed blocks that hold it, new bytes what the nodes did not hold before. Failed runs count as far as they could
/// be recorded: with nodes and catalogue out of reach nothing can.
/// </summary>
public sealed record ManifestStatistics(
    BackupType Type, int Backups, int Degraded, int Failures, long Bytes, long StoredBytes, long NewBytes, TimeSpan MedianDuration, TimeSpan LongestDuration, DateTimeOffset? LastSuccess)
{
    /// <summary>Share of the runs that made a backup, 0 to 1; null when there was none.</summary>
    public double? SuccessRate => Backups + Failures == 0 ? null : (double)Backups / (Backups + Failures);

    /// <summary>BSON bytes for each stored byte: compression less the overhead of sealing; null when nothing is stored.</summary>
    public double? CompressionRatio => StoredBytes == 0 ? null : (double)Bytes / StoredBytes;

    /// <summary>Stored bytes for each new one: what blocks that are used again save; null when nothing was new.</summary>
    public double? DeduplicationRatio => NewBytes == 0 ? null : (double)StoredBytes / NewBytes;

    /// <summary>Of the backups and failed runs that the query asks for, per type that has any.</summary>
    public static IReadOnlyList<ManifestStatistics> Of(ManifestState state, BackupQuery query)
    {
        var backups = state.Backups.Where(query.Matches).ToLookup(b => b.Type);
        var failures = state.Failures.Where(f => (query.Type is null || f.Type == query.Type) && (query.Since is null || f.Started >= query.Since) && (query.Until is null || f.Started < query.Until)).ToLookup(f => f.Type);
        return [.. Enum.GetValues<BackupType>().Where(t => backups.Contains(t) || failures.Contains(t)).Select(t => Of(t, [.. backups[t]], failures[t].Count()))];
    }

    private static ManifestStatistics Of(BackupType type, IReadOnlyList<BackupEntry> backups, int failures)
    {
        var durations = backups.Select(b => b.Completed - b.Started).Order().ToList();
        return new(type, backups.Count, backups.Count(b => b.IsDegraded), failures, backups.Sum(b => b.Bytes), backups.Sum(b => b.StoredBytes), backups.Sum(b => b.NewBytes),
            durations.ElementAtOrDefault(durations.Count / 2), durations.LastOrDefault(), backups.Count == 0 ? null : backups.Max(b => b.Completed));
    }
}
