using BackupFunctions.Backup;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// A scrub of one node has ended: it read slice <see cref="Slice"/> (from 0) of <see cref="Slices"/>, so many blocks; so many were brought anew; so many no copy has, and so many could not be brought
/// although a copy may have them. The last two are in the backups <see cref="Affected"/>, none of which is a base for others until a scrub of the same slice finds them whole.
/// </summary>
public sealed record ScrubRecorded(
    string NodeId, string Node, DateTimeOffset At, int Slice, int Slices, long Hashed, long Healed, long Lost, long Unhealed, IReadOnlyList<BackupId> Affected) : ManifestChange;

/// <summary>What a restore drill came to.</summary>
public enum DrillOutcome
{
    /// <summary>Restored, read back, and equal to the hashes of a backup.</summary>
    Proven,

    /// <summary>Restored with its oplog replayed, to a state that no backup has hashes of: not compared.</summary>
    Replayed,

    /// <summary>Not restored, or not equal.</summary>
    Failed,
}

/// <summary>
/// A restore drill has ended. <see cref="Point"/> is the point in time that was restored, null for a full backup by itself; <see cref="Backup"/> the full backup that was loaded, <see cref="Reason"/>
/// why it failed.
/// </summary>
public sealed record DrillRecorded(
    DateTimeOffset At, BackupId? Backup, Optime? Point, DrillOutcome Outcome, TimeSpan Duration, long Documents, long Bytes, string? Reason) : ManifestChange;

/// <summary>A backup of which a node lacks blocks that could not be healed, by a scrub of this slice.</summary>
public sealed record DamagedCopy(BackupId Backup, string NodeId, int Slice, int Slices);

/// <summary>What checks of the backups have found, as a checkpoint holds it.</summary>
internal sealed record CheckRecords(IReadOnlyList<ScrubRecorded> Scrubs, IReadOnlyList<DamagedCopy> Damaged, IReadOnlyList<DrillRecorded> Drills);

/// <summary>Scrubs and drills, the newest hundreds of each, and what is damaged by them.</summary>
internal sealed class CheckHistory
{
    private const int MaxScrubs = 256, MaxDrills = 256;

    private readonly List<ScrubRecorded> _scrubs = [];
    private readonly List<DrillRecorded> _drills = [];
    private readonly List<DamagedCopy> _damaged = [];

    public IReadOnlyList<ScrubRecorded> Scrubs => _scrubs;

    public IReadOnlyList<DrillRecorded> Drills => _drills;

    public IReadOnlyList<DamagedCopy> Damaged => _damaged;

    public CheckRecords Records => new(_scrubs, _damaged, _drills);

    /// <summary>The newest drill whose outcome was compared and is equal.</summary>
    public DrillRecorded? LastProven => _drills.LastOrDefault(d => d.Outcome == DrillOutcome.Proven);

    public bool Holds(ScrubRecorded scrub) => _scrubs.Any(s => s.NodeId == scrub.NodeId && s.At == scrub.At);

    public bool Holds(DrillRecorded drill) => _drills.Any(d => d.At == drill.At && d.Backup == drill.Backup);

    public void Load(CheckRecords records)
    {
        _scrubs.AddRange(records.Scrubs);
        _damaged.AddRange(records.Damaged);
        _drills.AddRange(records.Drills);
    }

    /// <summary>
    /// Adds a scrub of what is listed. One that a merge brings in stands where its time says, and what newer ones of the same node have found counts more; else the order of recording counts, whatever a
    /// clock says.
    /// </summary>
    public void Add(ScrubRecorded scrub, bool isMerged, Func<BackupId, bool> isListed)
    {
        var at = isMerged ? _scrubs.FindLastIndex(s => s.At <= scrub.At) + 1 : _scrubs.Count;
        _scrubs.Insert(at, scrub);
        foreach (var found in _scrubs.Skip(at).Where(s => s.NodeId == scrub.NodeId)) Find(found, isListed);
        if (_scrubs.Count > MaxScrubs) _scrubs.RemoveAt(0);
    }

    /// <summary>Adds a drill, as <see cref="Add(ScrubRecorded, bool, Func{BackupId, bool})"/> does a scrub.</summary>
    public void Add(DrillRecorded drill, bool isMerged)
    {
        _drills.Insert(isMerged ? _drills.FindLastIndex(d => d.At <= drill.At) + 1 : _drills.Count, drill);
        if (_drills.Count > MaxDrills) _drills.RemoveAt(0);
    }

    public void Forget(BackupId removed) => _damaged.RemoveAll(d => d.Backup == removed);

    // the same blocks were read again
    private void Find(ScrubRecorded scrub, Func<BackupId, bool> isListed)
    {
        _damaged.RemoveAll(d => d.NodeId == scrub.NodeId && (scrub.Slices == 1 || (d.Slice, d.Slices) == (scrub.Slice, scrub.Slices)));
        _damaged.AddRange(scrub.Affected.Where(isListed).Select(b => new DamagedCopy(b, scrub.NodeId, scrub.Slice, scrub.Slices)));
    }
}
