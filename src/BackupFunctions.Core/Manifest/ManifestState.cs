using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>What a chain of revisions adds up to.</summary>
public sealed class ManifestState
{
    private const int MaxFailures = 1000, MaxKeyChanges = 100;

    // a run that fails every minute is one failure an hour
    private static readonly TimeSpan RepeatedFailure = TimeSpan.FromHours(1);

    private readonly SortedDictionary<BackupId, BackupEntry> _backups = [];
    private readonly SortedDictionary<BackupId, Tombstone> _removed = [];
    private readonly HashSet<Cid> _revisions = [];
    private readonly List<Cid> _chain = [];
    private readonly List<CoverageAdvanced> _coverage = [];
    private readonly List<GapRecorded> _gaps = [];
    private readonly List<RunFailed> _failures = [];
    private readonly CheckHistory _checks = new();
    private readonly List<KeysChanged> _keys = [];

    /// <summary>The newest revision; 0 before the first.</summary>
    public ulong Revision { get; private set; }

    /// <summary>The root of the newest revision, or null before the first.</summary>
    public Cid? Head { get; private set; }

    /// <summary>The newest checkpoint, or null.</summary>
    public ManifestCheckpoint? Checkpoint { get; private set; }

    /// <summary>All backups, oldest first.</summary>
    public IEnumerable<BackupEntry> Backups => _backups.Values;

    /// <summary>Stretches of the oplog that hold nothing to restore, in the order of their recording; those that follow each other are one.</summary>
    public IReadOnlyList<CoverageAdvanced> Coverage => _coverage;

    /// <summary>Gaps of the chain, in the order of their recording.</summary>
    public IReadOnlyList<GapRecorded> Gaps => _gaps;

    /// <summary>Removed backups whose pins may still be there, by their ids.</summary>
    public IEnumerable<Tombstone> Removed => _removed.Values;

    /// <summary>The newest failed runs, at most 1,000, in the order of their recording.</summary>
    public IReadOnlyList<RunFailed> Failures => _failures;

    /// <summary>The newest scrubs, at most 256, in the order of their recording.</summary>
    public IReadOnlyList<ScrubRecorded> Scrubs => _checks.Scrubs;

    /// <summary>Copies in which scrubs found blocks that could not be healed.</summary>
    public IReadOnlyList<DamagedCopy> Damaged => _checks.Damaged;

    /// <summary>The newest restore drills, at most 256, in the order of their recording.</summary>
    public IReadOnlyList<DrillRecorded> Drills => _checks.Drills;

    /// <summary>The newest drill whose outcome was compared and is equal; null: there is none.</summary>
    public DrillRecorded? LastProvenDrill => _checks.LastProven;

    /// <summary>The revisions of the chain since the newest checkpoint, oldest first.</summary>
    public IReadOnlyList<Cid> Revisions => _chain;

    /// <summary>Whether a node lacks blocks of this backup that the last scrub of them could not heal: nothing of it counts as held.</summary>
    public bool IsDamaged(BackupId backup) => _checks.Damaged.Any(d => d.Backup == backup);

    /// <summary>The newest changes of the keyring, at most 100, in the order of their recording.</summary>
    public IReadOnlyList<KeysChanged> KeyChanges => _keys;

    /// <summary>How many backups have all their copies by the record, and none on the node with this id: another one stands in the place of one that holds them.</summary>
    public int LackedBy(string nodeId) => _backups.Values.Count(b => !b.IsDegraded && b.Copies.All(c => c.NodeId != nodeId));

    /// <summary>Whether this root is one of the revisions that were read, those since the newest checkpoint, or was merged by one of them.</summary>
    public bool Knows(Cid revision) => _revisions.Contains(revision);

    /// <summary>The newest backup of this type, or of any; null when there is none.</summary>
    public BackupEntry? Latest(BackupType? type = null) => _backups.Values.LastOrDefault(b => type is null || b.Type == type);

    /// <summary>Finds by backup id (or a prefix of at least 8 digits that names one), root CID, or <c>latest</c>.</summary>
    public BackupEntry Find(string reference)
    {
        if (reference == "latest") return Latest() ?? throw BackupException.NotFound("find the latest backup: there is none yet", "make one with `backupfn backup full`");
        var found = _backups.Values.Where(b => b.Root.ToString() == reference
            || (reference.Length >= 8 && b.Id.ToString().StartsWith(reference, StringComparison.OrdinalIgnoreCase))).Take(2).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw BackupException.NotFound($"find backup '{reference}': no backup has this id or CID", "`backupfn list` shows what there is"),
            _ => throw BackupException.NotFound($"find backup '{reference}': more than one id starts so", "give more digits"),
        };
    }

    /// <summary>Whether this change adds nothing to what is recorded.</summary>
    internal bool Holds(ManifestChange change) => change switch
    {
        BackupRecorded { Backup: var backup } => _removed.ContainsKey(backup.Id) || (_backups.TryGetValue(backup.Id, out var known) && known.Root == backup.Root),
        CopyRecorded copied => _backups.TryGetValue(copied.Backup, out var known) && known.Copies.Contains(copied.Copy),
        CoverageAdvanced covered => _coverage.Any(c => c.Through == covered.Through),
        GapRecorded gap => _gaps.Any(g => g.After == gap.After),
        ProtectionChanged changed => !_backups.TryGetValue(changed.Backup, out var known) || known.IsProtected == changed.IsProtected,
        BackupRemoved removed => !_backups.ContainsKey(removed.Backup),
        BackupUnpinned unpinned => !_removed.ContainsKey(unpinned.Backup),
        ScrubRecorded scrub => _checks.Holds(scrub),
        DrillRecorded drill => _checks.Holds(drill),
        RevisionsMerged merged => merged.Revisions.All(_revisions.Contains),
        RunFailed failed => _failures.Any(f => f.Type == failed.Type && f.Reason == failed.Reason && failed.Ended - f.Ended < RepeatedFailure),
        _ => false,
    };

    /// <summary>Takes over what a checkpoint holds; only on an empty state.</summary>
    internal void Load(ManifestCheckpoint checkpoint, CheckpointContent content)
    {
        foreach (var entry in content.Backups) _backups[entry.Id] = entry;
        foreach (var tombstone in content.Removed) _removed[tombstone.Backup.Id] = tombstone;
        _coverage.AddRange(content.Oplog.Coverage);
        _gaps.AddRange(content.Oplog.Gaps);
        _failures.AddRange(content.Failures);
        _checks.Load(content.Checks);
        _keys.AddRange(content.Keys);
        (Checkpoint, Revision) = (checkpoint, checkpoint.Revision);
    }

    /// <summary>Scrubs and drills, as a checkpoint holds them.</summary>
    internal CheckRecords Checks => _checks.Records;

    /// <summary>Adds the next revision of the chain; of one that the checkpoint covers only that it was read.</summary>
    internal void Apply(ManifestRevision revision, Cid root)
    {
        if (revision.Revision <= Checkpoint?.Revision)
        {
            _revisions.Add(root);
            return;
        }
        if (revision.Revision != Revision + 1)
            throw BackupException.Corrupt($"follow the manifest chain: revision {revision.Revision} stands after {Revision}");
        var isMerged = revision.Changes.Any(c => c is RevisionsMerged);
        foreach (var change in revision.Changes)
        {
            switch (change)
            {
                case BackupRecorded recorded: Record(recorded.Backup); break;
                case CopyRecorded copied: Copy(copied); break;
                case CoverageAdvanced covered: Cover(covered); break;
                case GapRecorded gap: _gaps.Add(gap); break;
                case ProtectionChanged changed: Replace(changed.Backup, b => b with { IsProtected = changed.IsProtected }); break;
                case BackupRemoved removed: Remove(removed); break;
                case BackupUnpinned unpinned: _removed.Remove(unpinned.Backup); break;
                case RunFailed failed: Fail(failed); break;
                case ScrubRecorded scrub: _checks.Add(scrub, isMerged, _backups.ContainsKey); break;
                case DrillRecorded drill: _checks.Add(drill, isMerged); break;
                case RevisionsMerged merged: _revisions.UnionWith(merged.Revisions); break;
                case KeysChanged changed: Change(changed); break;
                default: throw BackupException.Corrupt($"read manifest revision {revision.Revision}: unknown change {change.GetType().Name}");
            }
        }
        if (revision.Changes.Any(c => c is BackupRemoved)) ForgetCoverage();
        _revisions.Add(root);
        _chain.Add(root);
        (Revision, Head, Checkpoint) = (revision.Revision, root, revision.Checkpoint ?? Checkpoint);
    }

    // a slice that continues the same backup says more than that nothing was there
    private void Record(BackupEntry backup)
    {
        if (_removed.ContainsKey(backup.Id)) return;
        // whether it is protected is said by changes of its own
        _backups[backup.Id] = _backups.TryGetValue(backup.Id, out var known) ? backup with { IsProtected = known.IsProtected } : backup;
        if (backup is { Type: BackupType.Incremental, Oplog: { } oplog }) _coverage.RemoveAll(c => c.After == oplog.After && c.Through.Optime <= oplog.Through.Optime);
    }

    private void Copy(CopyRecorded copied) =>
        Replace(copied.Backup, b => b with { Copies = [.. b.Copies.Where(c => c.NodeId != copied.Copy.NodeId), copied.Copy] });

    // it may have been removed since
    private void Replace(BackupId id, Func<BackupEntry, BackupEntry> change)
    {
        if (_backups.TryGetValue(id, out var backup)) _backups[id] = change(backup);
    }

    private void Remove(BackupRemoved removed)
    {
        if (!_backups.Remove(removed.Backup, out var backup)) return;
        _removed[backup.Id] = new(backup, removed.At, removed.Reason);
        _checks.Forget(backup.Id);
    }

    // a stretch that continues nothing any more would be taken for a chain that waits to be continued
    private void ForgetCoverage()
    {
        var ends = _backups.Values.Select(b => b.Oplog?.Through).OfType<OplogMark>().ToHashSet();
        for (var known = -1; known != ends.Count;)
        {
            known = ends.Count;
            foreach (var covered in _coverage.Where(c => ends.Contains(c.After))) ends.Add(covered.Through);
        }
        _coverage.RemoveAll(c => !ends.Contains(c.After));
    }

    private void Fail(RunFailed failed)
    {
        _failures.Add(failed);
        if (_failures.Count > MaxFailures) _failures.RemoveAt(0);
    }

    private void Change(KeysChanged changed)
    {
        _keys.Add(changed);
        if (_keys.Count > MaxKeyChanges) _keys.RemoveAt(0);
    }

    // an idle server gives one of them a minute: what only continues another one replaces it, unless a backup joins in between
    private void Cover(CoverageAdvanced covered)
    {
        var continued = _coverage.FindIndex(c => c.Through == covered.After);
        if (continued >= 0 && !_backups.Values.Any(b => b.Oplog is { } oplog && (oplog.After == covered.After || oplog.Through == covered.After)))
        {
            covered = covered with { After = _coverage[continued].After };
            _coverage.RemoveAt(continued);
        }
        _coverage.Add(covered);
    }
}
