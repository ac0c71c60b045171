namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for incremental backups: one run, or runs until it is cancelled. How long and how large a slice may be; null: the default.</summary>
public sealed record IncrementalRequest(TimeSpan? Every, long? MaxBytes);

/// <summary>
/// One run: the slices that were recorded, and the full backup if one had to be made, in the order of making; up to where the oplog is covered (null:
/// not at all); the gaps that were found.
/// </summary>
public sealed record IncrementalResult(
    IReadOnlyList<BackupResult> Backups, string? CoveredThrough, DateTimeOffset? CoveredTime, IReadOnlyList<FoundGap> Gaps, IReadOnlyList<string> Warnings);

/// <summary>An entry that had to be in the oplog and was not, why, and where the chain goes on (null: with a new full backup).</summary>
public sealed record FoundGap(string After, string? Resumes, string Reason);

/// <summary>A run of a continuous backup that failed, and the seconds until the next.</summary>
public sealed record FailedRun(string Message, string? Hint, double RetryAfter);
