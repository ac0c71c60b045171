using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;

namespace BackupFunctions.Workflows;

/// <summary>
/// An incremental backup: finds where the chain goes on, captures the oplog from there, delivers it as a slice, and records both or nothing.
/// What begins nowhere (no full backup yet, or every entry that the chain could go on from is gone) gets a new full backup in the same run.
/// </summary>
public static class IncrementalBackupWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "IncrementalBackup";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<IncrementalBackupResult> Run(IWorkflowContext context, IncrementalBackupInput input)
    {
        WorkflowVersion.Require(Name, input.Version, IncrementalBackupInput.CurrentVersion);
        var slices = new SliceRun(context, input);
        try
        {
            await RepositoryHold.During(context, "incremental/", "an incremental backup", LockMode.Shared, hold => FailedRuns.Record(context, hold, "incremental/failed", BackupType.Incremental, slices.Run));
        }
        catch (ActivityFailedException e)
        {
            await Delivery.NotifyFailed(context, "notify/failed", AlertLevel.Error, AlertEvents.BackupFailed, e, "incremental");
            throw;
        }
        // it tells about itself
        var full = slices.NeedsFull ? await FullBackupWorkflow.Run(context, new(input.Width)) : null;
        var result = slices.Result(full);
        return input.CleansUp && (full is not null || result.Slices.Count > 0) ? result with { Warnings = [.. result.Warnings, .. await RetentionWorkflow.AfterBackup(context)] } : result;
    }
}

/// <summary>Starts an incremental backup: slices of at most so many bytes; with a wait, what is written meanwhile belongs to the last one.</summary>
public sealed record IncrementalBackupInput(int Width, long MaxBytes, TimeSpan Wait, int Version = IncrementalBackupInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Whether retention follows a recorded backup.</summary>
    public bool CleansUp { get; init; }

    /// <summary>The largest slice of a run that was not told otherwise: 1 GiB.</summary>
    public const long DefaultMaxBytes = 1L << 30;
}

/// <summary>
/// How it ended: the slices that were recorded, none when nothing was written; the last entry that is covered now; the gaps that were found;
/// the full backup that had to be made.
/// </summary>
public sealed record IncrementalBackupResult(
    IReadOnlyList<DeliveredBackup> Slices, OplogMark? Covered, IReadOnlyList<GapRecorded> Gaps, FullBackupResult? Full, IReadOnlyList<string> Warnings);
