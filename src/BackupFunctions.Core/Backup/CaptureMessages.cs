using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Backup;

/// <summary>Input of <see cref="BackupActivities.PlanIncremental"/>.</summary>
public sealed record IncrementalPlanInput(DateTimeOffset Now);

/// <summary>
/// Where the chain goes on: the entries behind which slices are wanted, oldest first (the oldest one's slice ends where the next begins); none
/// when a full backup has to start the chain. <see cref="Fallback"/> is the newest full backup's entry, for when the others are gone.
/// <see cref="CoverageIsDue"/> says whether it is time to record that nothing was written, and <see cref="Waiting"/> how many backups before that are staged and not
/// recorded yet. <see cref="Merges"/> are slices to be merged, as much as one run does beside its own work.
/// </summary>
public sealed record IncrementalPlanResult(
    SourceServer Server, DeliveryTargets Targets, IReadOnlyList<OplogTip> Tips, OplogMark? Fallback, bool CoverageIsDue, int Waiting, IReadOnlyList<MergeableSlices> Merges);

/// <summary>
/// Input of <see cref="BackupActivities.CaptureOplog"/>: everything behind <see cref="After"/>, as part <see cref="Part"/> of a backup. A part
/// that was captured before is not captured again.
/// </summary>
public sealed record CaptureInput(BackupId Backup, int Part, OplogMark After, OplogLimits Limits);

/// <summary>
/// What was captured: every entry behind <see cref="After"/> up to and with <see cref="Through"/>, a majority-committed one. Entries and bytes
/// count what is kept. Without <see cref="Changes"/> a restore needs none of it. With <see cref="Renames"/> a collection that had been there before the backup got
/// another name. With <see cref="CutsTransaction"/> the beginning of a transaction that commits in it is missing. With <see cref="More"/> the limit of bytes ended it. With a
/// <see cref="Gap"/> nothing was captured: an entry that has to be there is not, or the first one cannot be replayed. <see cref="Barrier"/> is what the entry behind it did that cannot be replayed, as a clause.
/// </summary>
public sealed record CaptureResult(OplogMark After, OplogMark Through, long Entries, long Bytes, bool Changes, bool Renames, bool CutsTransaction, bool More, OplogGap? Gap)
{
    public string? Barrier { get; init; }
}

/// <summary>What a capture staged (sealed) beside its segments; with the collections that were <see cref="Created"/> since the backup's oplog begins.</summary>
public sealed record CapturedOplog(
    OplogMark After, OplogMark Through, bool Changes, bool Renames, bool CutsTransaction, bool More, IReadOnlyList<DumpedFile> Files, IReadOnlyList<StagedCar> Segments, long NewBytes)
{
    public IReadOnlyList<string> Created { get; init; } = [];

    public string? Barrier { get; init; }
}
