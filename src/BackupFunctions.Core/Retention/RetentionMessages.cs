using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>The activities of retention and their messages.</summary>
public static class RetentionActivities
{
    /// <summary>Removes from the manifest what no rule keeps.</summary>
    public static readonly ActivityName<MarkRemovedInput, MarkRemovedResult> MarkRemoved = new("MarkRemoved");

    /// <summary>Finds removed backups whose grace period is over.</summary>
    public static readonly ActivityName<PlanUnpinningInput, UnpinBatch> PlanUnpinning = new("PlanUnpinning");

    /// <summary>Takes pins away on one node.</summary>
    public static readonly ActivityName<UnpinInput, UnpinResult> UnpinOnNode = new("UnpinOnNode");

    /// <summary>Takes pins away that runs left behind on one node and that nothing needs.</summary>
    public static readonly ActivityName<ReleaseOrphansInput, ReleaseOrphansResult> ReleaseOrphans = new("ReleaseOrphans");

    /// <summary>Takes the pins of old manifest revisions away on one node.</summary>
    public static readonly ActivityName<ReleaseRevisionsInput, UnpinResult> ReleaseRevisions = new("ReleaseRevisions");

    /// <summary>Takes the pins of old backups away in the local vault.</summary>
    public static readonly ActivityName<TidyLocalVaultInput, UnpinResult> TidyLocalVault = new("TidyLocalVault");

    /// <summary>Deletes what no pin reaches, where a node does not do that by itself.</summary>
    public static readonly ActivityName<CollectInput, CollectResult> CollectGarbage = new("CollectGarbage");
}

/// <summary>Input of <see cref="RetentionActivities.MarkRemoved"/>: the time of the run, which its tombstones carry, and a fencing token.</summary>
public sealed record MarkRemovedInput(DateTimeOffset Now, long Fence);

/// <summary>
/// How many backups stay; how many were removed now, the bytes that were stored for them, and the first of them; how many removed ones may be unpinned now, and how many wait for the end of
/// their grace period; where copies are, null when there is no repository yet; and the problems of nodes that do not hold the manifest.
/// </summary>
public sealed record MarkRemovedResult(int Kept, int Removed, long Bytes, IReadOnlyList<RemovedBackup> First, int Due, int Waiting, DeliveryTargets? Targets, IReadOnlyList<string> Problems);

/// <summary>A backup that is not listed any more, the sealed bytes that were stored for it, and why.</summary>
public sealed record RemovedBackup(BackupId Id, BackupType Type, DateTimeOffset Started, long Bytes, string Reason);

/// <summary>Input of <see cref="RetentionActivities.PlanUnpinning"/>: those behind this id.</summary>
public sealed record PlanUnpinningInput(DateTimeOffset Now, long Fence, BackupId After);

/// <summary>
/// Removed backups whose grace period is over: the roots to unpin; those whose root other backups have too, so that only their tombstones go; how many must stay because a backup that is under way builds on
/// them. <see cref="Next"/> is the last id that was looked at, null when there is no more.
/// </summary>
public sealed record UnpinBatch(IReadOnlyList<DueRoot> Due, IReadOnlyList<BackupId> Shared, int Needed, BackupId? Next);

/// <summary>A removed backup and its root.</summary>
public sealed record DueRoot(BackupId Backup, Cid Root);

/// <summary>Input of <see cref="RetentionActivities.UnpinOnNode"/>: a node by its place, the local vault behind them.</summary>
public sealed record UnpinInput(int Node, IReadOnlyList<Cid> Roots);

/// <summary>How many pins were taken away.</summary>
public sealed record UnpinResult(int Unpinned);

/// <summary>Input of <see cref="RetentionActivities.ReleaseOrphans"/>.</summary>
public sealed record ReleaseOrphansInput(int Node);

/// <summary>How many pins were taken away.</summary>
public sealed record ReleaseOrphansResult(int Guards);

/// <summary>Input of <see cref="RetentionActivities.ReleaseRevisions"/>.</summary>
public sealed record ReleaseRevisionsInput(int Node);

/// <summary>Input of <see cref="RetentionActivities.TidyLocalVault"/>.</summary>
public sealed record TidyLocalVaultInput(DateTimeOffset Now);

/// <summary>Input of <see cref="RetentionActivities.CollectGarbage"/>: a node by its place, and whether the last dead byte goes too, where what is live beside it has to be written anew.</summary>
public sealed record CollectInput(int Node, bool Everything = false);

/// <summary>Whether it is done or must be called again, and the bytes that are free now.</summary>
public sealed record CollectResult(bool Done, long Bytes);

/// <summary>The settings of retention beside its rules.</summary>
/// <param name="Policy">Which backups stay.</param>
/// <param name="Grace">How long the pins of a removed backup stay.</param>
/// <param name="LocalDays">How many days of backups the local vault keeps.</param>
public sealed record RetentionSettings(RetentionPolicy Policy, TimeSpan Grace, int LocalDays);
