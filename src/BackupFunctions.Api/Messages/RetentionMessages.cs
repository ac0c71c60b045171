using BackupFunctions.Retention;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Messages;

/// <summary>Body of <c>POST retention</c>.</summary>
public sealed record RetentionRequest
{
    /// <summary>Whether only the plan is made.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What becomes of a backup, and all that keeps it, or the reason why it goes. <see cref="NewBytes"/> are the sealed bytes that were stored for it.</summary>
public sealed record RetentionItem(string Id, string Type, DateTimeOffset Started, long NewBytes, bool Keep, IReadOnlyList<string> Reasons)
{
    /// <summary>Of a backup that was removed.</summary>
    public static RetentionItem Of(RemovedBackup removed) => new(removed.Id.ToString(), Human.Word(removed.Type), removed.Started, removed.Bytes, false, [removed.Reason]);
}

/// <summary>What retention would do, oldest first; from <see cref="PointsSince"/> on every point stays restorable (null: no rule counts days).</summary>
public sealed record RetentionPlanned(IReadOnlyList<RetentionItem> Backups, DateTimeOffset? PointsSince)
{
    /// <summary>Of a plan.</summary>
    public static RetentionPlanned Of(RetentionPlan plan) => new(
        [.. plan.Items.Select(i => new RetentionItem(i.Backup.Id.ToString(), Human.Word(i.Backup.Type), i.Backup.Started, i.Backup.NewBytes, i.Keep, i.Reasons))], plan.Since);
}

/// <summary>Backups that are not listed any more, the one that was named first; a warning is a node that does not hold the manifest.</summary>
public sealed record BackupsRemoved(IReadOnlyList<RetentionItem> Removed, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result.</summary>
    public static BackupsRemoved Of(RemovedBackups result) => new([.. result.Removed.Select(RetentionItem.Of)], result.Problems);
}

/// <summary>
/// The output of retention: how many stay; those that were removed and the first of them; how many of those removed before were unpinned, wait for the end of their grace period, or for a later run; pins of
/// unfinished runs that were released; copies that left the local vault; bytes that vaults have free again.
/// </summary>
public sealed record RetentionOutput(
    int Kept, int Removed, long RemovedBytes, IReadOnlyList<RetentionItem> First, int Unpinned, int Waiting, int Pending, int GuardsReleased, int LocalUnpinned, long CollectedBytes,
    IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result.</summary>
    public static RetentionOutput Of(RetentionResult result) => new(
        result.Kept, result.Removed, result.RemovedBytes, [.. result.First.Select(RetentionItem.Of)], result.Unpinned, result.Waiting, result.Pending, result.GuardsReleased, result.LocalUnpinned,
        result.CollectedBytes, result.Problems, result.Warnings);
}
