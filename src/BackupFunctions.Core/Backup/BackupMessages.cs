using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Recovery;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Workflows;

namespace BackupFunctions.Backup;

/// <summary>The activities of full and incremental backups and their messages.</summary>
public static class BackupActivities
{
    /// <summary>Finds out what to read and stages the plan.</summary>
    public static readonly ActivityName<PlanInput, PlanResult> Plan = new("Plan");

    /// <summary>Dumps, compresses and seals one unit of the plan into staged CAR segments.</summary>
    public static readonly ActivityName<DumpInput, DumpResult> DumpAndEncrypt = new("DumpAndEncrypt");

    /// <summary>Takes the lock of the repository.</summary>
    public static readonly ActivityName<TakeLockInput, LockHolder> TakeLock = new("TakeLock");

    /// <summary>Keeps the lock.</summary>
    public static readonly ActivityName<RenewLockInput, LockResult> RenewLock = new("RenewLock");

    /// <summary>Lets the lock go.</summary>
    public static readonly ActivityName<ReleaseLockInput, LockResult> ReleaseLock = new("ReleaseLock", EvenWhenStopped: true);

    /// <summary>Finds out which backups wait in staging, and which copies are missing.</summary>
    public static readonly ActivityName<ResumePlanInput, ResumePlan> PlanResume = new("PlanResume");

    /// <summary>Finds out where the chain of oplog slices goes on.</summary>
    public static readonly ActivityName<IncrementalPlanInput, IncrementalPlanResult> PlanIncremental = new("PlanIncremental");

    /// <summary>Copies a stretch of the oplog into staged CAR segments.</summary>
    public static readonly ActivityName<CaptureInput, CaptureResult> CaptureOplog = new("CaptureOplog");

    /// <summary>Makes one captured stretch out of slices that follow each other.</summary>
    public static readonly ActivityName<GatherInput, GatheredSlices> GatherSlices = new("GatherSlices");

    /// <summary>Makes the index and the root out of what was dumped, stages them, and gives the entry of the backup that now only has to be delivered.</summary>
    public static readonly ActivityName<AssembleInput, BackupEntry> Assemble = new("Assemble");

    /// <summary>Sends staged segments to one node, as many as half a minute allows.</summary>
    public static readonly ActivityName<UploadInput, UploadResult> UploadToNode = new("UploadToNode");

    /// <summary>Brings what one node lacks from the other copies, as much as half a minute allows.</summary>
    public static readonly ActivityName<NodeInput, CopyResult> CopyToNode = new("CopyToNode");

    /// <summary>Pins the root on one node.</summary>
    public static readonly ActivityName<NodeInput, PinResult> PinOnNode = new("PinOnNode");

    /// <summary>Reads blocks back from one node and hashes them; heals what is not as it should be.</summary>
    public static readonly ActivityName<VerifyInput, VerifyResult> VerifyNode = new("VerifyNode");

    /// <summary>Records changes in the manifest.</summary>
    public static readonly ActivityName<RecordInput, RecordResult> UpdateManifest = new("UpdateManifest");

    /// <summary>Deletes what is staged for a run that is recorded on every node, or that ended before it had a root to deliver.</summary>
    public static readonly ActivityName<CleanupInput, CleanupResult> Cleanup = new("Cleanup", EvenWhenStopped: true);

    /// <summary>Tells somebody how the run ended.</summary>
    public static readonly ActivityName<NotifyInput, NotifyResult> Notify = new("Notify");
}

/// <summary>Starts a full backup. A host that finds a version it does not know fails the run cleanly.</summary>
public sealed record FullBackupInput(int Width, int Version = FullBackupInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Whether retention follows the recorded backup.</summary>
    public bool CleansUp { get; init; }
}

/// <summary>How a full backup ended: recorded on all nodes, or on <see cref="Problems"/> nodes fewer.</summary>
public sealed record FullBackupResult(BackupEntry Backup, Cid Manifest, ulong Revision, IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings);

/// <summary>Input of <see cref="BackupActivities.Plan"/>.</summary>
public sealed record PlanInput(BackupId Backup, DateTimeOffset Started);

/// <summary>
/// What will be read. Documents and bytes are the server's estimates. <see cref="OplogStart"/> is the entry behind which the backup needs the
/// oplog, null where there is none or it may not be read; <see cref="Snapshot"/> the cluster time as of which it reads, where the server offers that.
/// </summary>
public sealed record PlanResult(
    int Units, DeliveryTargets Targets, int Collections, long Documents, long Bytes, Optime? StartOptime, OplogMark? OplogStart, Optime? Snapshot, Cid? Base, IReadOnlyList<string> Warnings);

/// <summary>Input of <see cref="BackupActivities.DumpAndEncrypt"/>: a unit by its number.</summary>
public sealed record DumpInput(BackupId Backup, int Unit);

/// <summary>
/// What a unit held: documents, their bytes, the sealed bytes of its blocks, and those of them that are newly staged; and whether all of it is as of
/// the plan's snapshot.
/// </summary>
public sealed record DumpResult(bool Exact, long Documents, long Bytes, long StoredBytes, long NewBytes);

/// <summary>
/// Input of <see cref="BackupActivities.Assemble"/>: how many captured parts of the oplog belong to the backup, what it is when it has no plan, and what
/// is to be recorded together with it.
/// </summary>
public sealed record AssembleInput(BackupId Backup, int OplogParts, SliceSource? Slice, IReadOnlyList<ManifestChange> Before);

/// <summary>
/// An incremental backup: when its capture started, the server that was read, and the entry that it continues, between which and what was captured
/// nothing was written that a restore needs.
/// </summary>
public sealed record SliceSource(DateTimeOffset Started, SourceServer Server, OplogMark Continues);

/// <summary>Input of <see cref="BackupActivities.GatherSlices"/>: the backup that slices, oldest first, become.</summary>
public sealed record GatherInput(BackupId Backup, IReadOnlyList<BackupId> Slices);

/// <summary>The server that the last of the slices was read from.</summary>
public sealed record GatheredSlices(SourceServer Server);

/// <summary>Input of <see cref="BackupActivities.Cleanup"/>.</summary>
public sealed record CleanupInput(BackupId Backup);

/// <summary>Done.</summary>
public sealed record CleanupResult;

/// <summary>Input of <see cref="BackupActivities.UpdateManifest"/>: changes that are recorded together, under a lock with this fencing token.</summary>
public sealed record RecordInput(IReadOnlyList<ManifestChange> Changes, long Fence);

/// <summary>The revision that has the changes, and the problems of the nodes that do not hold it.</summary>
public sealed record RecordResult(Cid Manifest, ulong Revision, IReadOnlyList<string> Problems)
{
    /// <summary>The recovery kit of this revision when it lists a backup, else null.</summary>
    public RecoveryKit? Kit { get; init; }

    /// <summary>What else to say, or null.</summary>
    public string? Warning { get; init; }
}

/// <summary>Input of <see cref="BackupActivities.Notify"/>.</summary>
public sealed record NotifyInput(Notifications.Alert Alert);

/// <summary>Done.</summary>
public sealed record NotifyResult;
