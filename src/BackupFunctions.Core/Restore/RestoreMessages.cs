using BackupFunctions.Ipfs;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>The activities of a restore and their messages.</summary>
public static class RestoreActivities
{
    /// <summary>Opens the backup, checks that the target can take it, and counts the work.</summary>
    public static readonly ActivityName<RestoreRequest, RestorePlanResult> Plan = new("PlanRestore");

    /// <summary>Drops what the request allows to drop, and creates the collections with their options.</summary>
    public static readonly ActivityName<RestoreRequest, PrepareResult> Prepare = new("PrepareTarget");

    /// <summary>Loads the documents of one unit.</summary>
    public static readonly ActivityName<RestoreStep, LoadResult> Load = new("LoadDocuments");

    /// <summary>Builds the indexes of one collection.</summary>
    public static readonly ActivityName<RestoreStep, IndexResult> BuildIndexes = new("BuildIndexes");

    /// <summary>Creates the views.</summary>
    public static readonly ActivityName<RestoreRequest, ViewsResult> CreateViews = new("CreateViews");

    /// <summary>Reads one collection or view back from the target and compares it with the backup.</summary>
    public static readonly ActivityName<RestoreStep, CompareResult> Compare = new("CompareRestored");
}

/// <summary>
/// What to restore: a root, and which namespaces (patterns as in BACKUP_INCLUDE; no include means all). <see cref="Drop"/> allows to drop
/// collections of these names; <see cref="Force"/> allows an older server than the backup's.
/// </summary>
public sealed record RestoreRequest(Cid Root, IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, bool Drop, bool Force);

/// <summary>Starts a restore.</summary>
public sealed record RestoreInput(RestoreRequest Request, int Width, int Version = RestoreInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>How a restore ended. No differences mean that every byte is equal.</summary>
public sealed record RestoreResult(Backup.BackupId Backup, int Collections, int Views, int Indexes, long Documents, long Bytes, IReadOnlyList<NamespaceDifference> Differences, IReadOnlyList<string> Warnings);

/// <summary>A namespace that is not as the backup has it, and how.</summary>
public sealed record NamespaceDifference(string Namespace, IReadOnlyList<string> Sentences);

/// <summary>What will be restored, and into how many units of loading it falls.</summary>
public sealed record RestorePlanResult(Backup.BackupId Backup, int Units, int Collections, int Views, long Documents, long Bytes, IReadOnlyList<string> Warnings);

/// <summary>A unit or a collection by its place in the plan.</summary>
public sealed record RestoreStep(RestoreRequest Request, int Number);

/// <summary>Collections that were created.</summary>
public sealed record PrepareResult(int Created);

/// <summary>Documents that were loaded, their bytes, and how many of them hold an empty timestamp that the target replaced by its clock.</summary>
public sealed record LoadResult(long Documents, long Bytes, long EmptyTimestampsReplaced);

/// <summary>Indexes that are there now, and options of them that the target does not know.</summary>
public sealed record IndexResult(int Built, IReadOnlyList<string> Warnings);

/// <summary>Views that were created.</summary>
public sealed record ViewsResult(int Created);

/// <summary>How the target differs from the backup: at most <see cref="MaxDifferences"/> sentences per collection.</summary>
public sealed record CompareResult(NamespaceDifference? Difference)
{
    /// <summary>Sentences per collection.</summary>
    public const int MaxDifferences = 10;
}
