using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// Every point from <see cref="From"/> to <see cref="To"/>, both included, can be restored. <see cref="Full"/> is the backup that it starts with
/// (later full backups may lie inside); <see cref="Slices"/> are all incremental backups in it, in order.
/// </summary>
public sealed record RestorableWindow(Optime From, Optime To, BackupEntry Full, IReadOnlyList<BackupEntry> Slices);

/// <summary>
/// Points behind <see cref="After"/> and before <see cref="Before"/> that cannot be restored; without <see cref="Before"/> nothing follows yet. Reason
/// and time are those of a recorded gap: null where a chain simply ended.
/// </summary>
public sealed record RestorableGap(Optime After, Optime? Before, OplogGapReason? Reason, DateTimeOffset? DetectedAt);

/// <summary>What leads to a point: load the full backup, then replay its oplog and those of the slices in this order, up to <see cref="RestorePoint.Latest"/>.</summary>
public sealed record RestorePath(RestorePoint Point, BackupEntry Full, IReadOnlyList<BackupEntry> Slices);

/// <summary>
/// The last entry that a chain covers, behind which the next slice is read; and the entry with which the last backup before it ends. Between the two
/// nothing was written that a restore needs, so that the slice can say that it continues that backup, and a chain of backups proves itself whole
/// without a manifest.
/// </summary>
public sealed record OplogTip(OplogMark Covered, OplogMark Continues)
{
    /// <summary>Whether it is the end of a full backup with another one behind it, from which nothing was read on: joined to the next one where the oplog still has what lies between, and no gap that is told where not.</summary>
    public bool IsOptional { get; init; }
}
