using System.Text.Json.Serialization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>The activities of a restore and their messages.</summary>
public static class RestoreActivities
{
    /// <summary>Opens the backup, checks that the target can take it, counts the work, and begins.</summary>
    public static readonly ActivityName<PlanRestoreInput, RestorePlanResult> Plan = new("PlanRestore");

    /// <summary>Drops what the request allows to drop, and creates the collections with their options.</summary>
    public static readonly ActivityName<RestoreStep, PrepareResult> Prepare = new("PrepareTarget");

    /// <summary>Loads the documents of one unit.</summary>
    public static readonly ActivityName<RestoreStep, LoadResult> Load = new("LoadDocuments");

    /// <summary>Replays the oplog for some minutes; asked again, it goes on.</summary>
    public static readonly ActivityName<RestoreStep, ReplayOutcome> Replay = new("ReplayOplog");

    /// <summary>Builds the indexes of one collection.</summary>
    public static readonly ActivityName<RestoreStep, IndexResult> BuildIndexes = new("BuildIndexes");

    /// <summary>Creates the views.</summary>
    public static readonly ActivityName<ViewsInput, ViewsResult> CreateViews = new("CreateViews");

    /// <summary>Merges users and roles into those of the target.</summary>
    public static readonly ActivityName<RestoreStep, UsersAndRolesResult> UsersAndRoles = new("RestoreUsersAndRoles");

    /// <summary>Reads one collection or view back from the target and compares it with the backup.</summary>
    public static readonly ActivityName<RestoreStep, CompareResult> Compare = new("CompareRestored");

    /// <summary>Ends the restore on the target.</summary>
    public static readonly ActivityName<RestoreStep, FinishResult> Finish = new("FinishRestore");
}

/// <summary>
/// What to restore: a full backup, and which namespaces of it (patterns as in BACKUP_INCLUDE; no include means all). <see cref="Drop"/> allows to
/// drop collections of these names; <see cref="Force"/> allows an older server than the backup's.
/// </summary>
public sealed record RestoreRequest(Cid Root, IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, bool Drop, bool Force)
{
    /// <summary>The backups that hold the oplog after the full one, in order.</summary>
    public IReadOnlyList<Cid> Slices { get; init; } = [];

    /// <summary>The last optime that is to be there; null for the end of <see cref="Slices"/>, or without them the first moment at which the full backup is whole.</summary>
    public Optime? Through { get; init; }

    /// <summary>Under which names namespaces are restored; those that no pair matches keep theirs.</summary>
    public IReadOnlyList<NamespaceRename> Renames { get; init; } = [];

    /// <summary>Whether users and roles are merged into those of the target.</summary>
    public bool UsersAndRoles { get; init; }

    /// <summary>With <see cref="Drop"/>: of what is on the target already, that alone may be dropped; null: all that is in the way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Namespace>? MayDrop { get; init; }
}

/// <summary>Namespaces that match <see cref="From"/> are restored as <see cref="To"/>: see <see cref="NamespaceRenames"/>.</summary>
public sealed record NamespaceRename(string From, string To);

/// <summary>Starts a restore.</summary>
public sealed record RestoreInput(RestoreRequest Request, int Width, int Version = RestoreInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Where to, without secrets, for what is told of its end; null: nobody is told, for somebody waits for it.</summary>
    public string? Target { get; init; }
}

/// <summary>
/// How a restore ended. <see cref="Differences"/> is null when oplog was replayed, since the backup holds no hash of that state; an empty list
/// means that every byte is equal.
/// </summary>
public sealed record RestoreResult(
    BackupId Backup, int Collections, int Views, int Indexes, long Documents, long Bytes, ReplayOutcome? Replay, IReadOnlyList<NamespaceDifference>? Differences, IReadOnlyList<string> Warnings);

/// <summary>A namespace that is not as the backup has it, and how.</summary>
public sealed record NamespaceDifference(string Namespace, IReadOnlyList<string> Sentences);

/// <summary>Input of <see cref="RestoreActivities.Plan"/>.</summary>
public sealed record PlanRestoreInput(RestoreRequest Request, DateTimeOffset At);

/// <summary>What will be restored, into how many units of loading it falls, and whether oplog follows.</summary>
public sealed record RestorePlanResult(
    RestoreId Restore, BackupId Backup, int Units, int Collections, int Views, long Documents, long Bytes, bool Replays, IReadOnlyList<string> Warnings);

/// <summary>A restore that has begun, and a unit or a collection by its place in the plan.</summary>
public sealed record RestoreStep(RestoreId Restore, int Number = 0);

/// <summary>Collections that were created.</summary>
public sealed record PrepareResult(int Created);

/// <summary>Documents that were loaded, their bytes, and how many of them hold an empty timestamp that the target replaced by its clock.</summary>
public sealed record LoadResult(long Documents, long Bytes, long EmptyTimestampsReplaced);

/// <summary>Indexes that are there now, and options of them that the target does not know.</summary>
public sealed record IndexResult(int Built, IReadOnlyList<string> Warnings);

/// <summary>
/// How far the replay is: <see cref="Ended"/>, or to be asked again. Entries that were read, operations that were applied, transactions that were
/// complete, and those that were discarded since they were not committed at the target time. When it has ended, how many collections and views
/// there are to finish.
/// </summary>
public sealed record ReplayOutcome(
    bool Ended, Optime? Through, long Entries, long Applied, long Transactions, long Discarded, int Collections, int Views, IReadOnlyList<string> Warnings)
{
    /// <summary>Whether it went on where an earlier turn or run had stopped: then the counts are only those since.</summary>
    public bool Resumed { get; init; }
}

/// <summary>The views by their place behind the collections.</summary>
public sealed record ViewsInput(RestoreId Restore, int First, int Count);

/// <summary>Users and roles that were merged.</summary>
public sealed record UsersAndRolesResult(int Users, int Roles, IReadOnlyList<string> Warnings);

/// <summary>Done.</summary>
public sealed record FinishResult;

/// <summary>Views that were created.</summary>
public sealed record ViewsResult(int Created);

/// <summary>How the target differs from the backup: at most <see cref="MaxDifferences"/> sentences per collection.</summary>
public sealed record CompareResult(NamespaceDifference? Difference)
{
    /// <summary>Sentences per collection.</summary>
    public const int MaxDifferences = 10;
}
