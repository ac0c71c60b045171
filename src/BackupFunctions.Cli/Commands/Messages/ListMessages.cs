namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Which backups are asked for: of a type, started at or after a time and before another, with a namespace that this pattern matches; null: any.</summary>
public sealed record BackupFilter(BackupType? Type, DateTimeOffset? Since, DateTimeOffset? Until = null, string? Namespace = null);

/// <summary>Backups, newest first, and what can be restored to a point in time, whatever was asked for.</summary>
public sealed record ListResult(IReadOnlyList<BackupSummary> Backups, WindowsResult Restorable);

/// <summary>What the backups of each type add up to; none where there is none.</summary>
public sealed record StatisticsResult(IReadOnlyList<TypeStatistics> Types);

/// <summary>
/// Backups and failed runs of one type, <paramref name="SuccessRate"/> from 0 to 1. Bytes are BSON, stored bytes the sealed blocks that hold it, new bytes what the nodes did not hold before; the
/// ratios are bytes for each stored byte, and stored bytes for each new one, null where nothing is there.
/// </summary>
public sealed record TypeStatistics(
    BackupType Type, int Backups, int Degraded, int Failures, double? SuccessRate, long Bytes, long StoredBytes, long NewBytes, double? CompressionRatio, double? DeduplicationRatio,
    double MedianSeconds, double LongestSeconds, DateTimeOffset? LastSuccess);
