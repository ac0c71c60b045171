using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Simulation.Years.Nodes;

namespace BackupFunctions.Simulation.Years.Checks;

/// <summary>What the nodes must hold, by their disks: they are read as they are, whether the nodes are up or not.</summary>
internal sealed class NodeChecks(IReadOnlyList<NodeDisk> disks)
{
    private readonly HashSet<Cid> _revisions = [], _checkpoints = [];
    private readonly HashSet<BackupId> _over = [];

    /// <summary>Nodes that were down when a revision was written, or lost one: what a resumption or a scrub mends.</summary>
    public HashSet<NodeDisk> Behind { get; } = [];

    /// <summary>Reads which revisions and checkpoints belong to the chain, from its head back to what is known.</summary>
    public async Task Follow(ManifestState state, Repository repository)
    {
        if (state.Checkpoint is { } newest) _checkpoints.Add(newest.Root);
        var files = Files();
        using var opener = repository.Opener();
        for (var next = state.Head; next is { } root && _revisions.Add(root);)
        {
            // older ones may be unpinned and gone
            if (disks.All(d => d.Get(root.Digest) is null)) return;
            next = (await RevisionReader.ReadClaim(files, root, CancellationToken.None))?.Previous;
            if (await Open(files, opener, root) is { Checkpoint: { } checkpoint }) _checkpoints.Add(checkpoint.Root);
        }
    }

    /// <summary>Every copy that is recorded is pinned and whole, but for what was damaged on purpose; and of every block that a backup needs there is one good copy.</summary>
    public IEnumerable<string> Copies(ManifestState state)
    {
        foreach (var backup in state.Backups)
        {
            foreach (var copy in backup.Copies)
            {
                var disk = disks.Single(d => d.Id == copy.NodeId);
                if (!disk.IsPinned(backup.Root) && !disk.LostPins.Contains(backup.Root)) yield return $"backup {backup.Id} is listed with a copy on {disk.Name}, which does not pin its root {backup.Root}";
                var missing = Below(backup.Root).Count(b => !disk.IsGood(b) && !disk.Damaged.Contains(b));
                if (missing > 0) yield return $"backup {backup.Id} is listed with a copy on {disk.Name}, which lacks {missing} of its blocks";
            }
            if (backup.Copies.Select(c => c.NodeId).Distinct().Count() != backup.Copies.Count) yield return $"backup {backup.Id} is listed with two copies on one node";
            if (!backup.IsDegraded && backup.Copies.Count < disks.Count) yield return $"backup {backup.Id} is listed as complete with {backup.Copies.Count} copies";
            var lost = Below(backup.Root).Count(b => !disks.Any(d => d.IsGood(b)));
            if (lost > 0) yield return $"{lost} blocks of the listed backup {backup.Id} are on no node";
        }
    }

    /// <summary>What was removed stays pinned until its grace period was over once, by whatever the clock said; not when it is of an epoch that was given up.</summary>
    public IEnumerable<string> Graced(ManifestState state, uint epoch, DateTimeOffset now, TimeSpan grace)
    {
        _over.UnionWith(state.Removed.Where(t => now - t.At >= grace).Select(t => t.Backup.Id));
        return from tombstone in state.Removed
               where !_over.Contains(tombstone.Backup.Id) && tombstone.Backup.Epoch >= epoch
               from copy in tombstone.Backup.Copies
               let disk = disks.Single(d => d.Id == copy.NodeId)
               where !disk.IsPinned(tombstone.Backup.Root) && !disk.LostPins.Contains(tombstone.Backup.Root)
               select $"backup {tombstone.Backup.Id} was unpinned on {disk.Name} {now - tombstone.At} after it was removed, before the end of its grace period of {grace}";
    }

    /// <summary>Each revision since the newest checkpoint, and that, is pinned and whole on every node that was there when they were written.</summary>
    public IEnumerable<string> Manifest(ManifestState state)
    {
        IEnumerable<Cid> chain = [.. state.Revisions, .. state.Checkpoint is { } checkpoint ? new[] { checkpoint.Root } : []];
        foreach (var root in chain)
        {
            if (Below(root).Any(b => !disks.Any(d => d.IsGood(b)))) yield return $"manifest revision {root} is on no node";
            foreach (var disk in disks.Where(d => !Behind.Contains(d)))
            {
                if (!disk.IsPinned(root) && !disk.LostPins.Contains(root)) yield return $"{disk.Name} does not pin {root} of the manifest";
                if (Below(root).Any(b => !disk.IsGood(b) && !disk.Damaged.Contains(b))) yield return $"{disk.Name} lacks blocks of {root} of the manifest";
            }
        }
    }

    /// <summary>Pins that belong to nothing: neither to a listed backup, nor to one whose pins wait for the end of their grace period, nor to the chain of the manifest, nor to a revision beside it.</summary>
    public async Task<IReadOnlyList<string>> Orphans(ManifestState state, Repository repository)
    {
        var orphans = new List<string>();
        var backups = state.Backups.Concat(state.Removed.Select(t => t.Backup)).Select(b => b.Root).ToHashSet();
        var (siblings, checkpoints) = await Siblings(state, repository);
        // maybe written by the very run that cleaned up
        if (state.Checkpoint is { } newest) checkpoints.Add(newest.Root);
        foreach (var disk in disks)
        {
            foreach (var (root, name) in disk.Pins)
            {
                var known = name.EndsWith("/backup", StringComparison.Ordinal) ? backups.Contains(root)
                    : name.EndsWith("/manifest", StringComparison.Ordinal) ? _revisions.Contains(root) || state.Knows(root) || siblings.Contains(root)
                    : name.EndsWith("/checkpoint", StringComparison.Ordinal) && (_checkpoints.Contains(root) || checkpoints.Contains(root));
                if (!known) orphans.Add($"{disk.Name} still pins {root} ({name}) after two cleanups, and nothing that is recorded needs it; {siblings.Count} revisions stand beside the chain, whose newest is {state.Revision}");
            }
        }
        return orphans;
    }

    // what was written beside the chain while its node was away is left to recovery, which unites it
    private async Task<(HashSet<Cid> Revisions, HashSet<Cid> Checkpoints)> Siblings(ManifestState state, Repository repository)
    {
        var (revisions, checkpoints) = (new HashSet<Cid>(), new HashSet<Cid>());
        var files = Files();
        using var opener = repository.Opener();
        foreach (var root in disks.SelectMany(d => d.Pins).Where(p => p.Value.EndsWith("/manifest", StringComparison.Ordinal) && !_revisions.Contains(p.Key) && !state.Knows(p.Key)).Select(p => p.Key))
        {
            if ((await RevisionReader.ReadClaim(files, root, CancellationToken.None))?.Previous is not { } previous || !_revisions.Contains(previous)) continue;
            revisions.Add(root);
            if (await Open(files, opener, root) is { Checkpoint: { } checkpoint }) checkpoints.Add(checkpoint.Root);
        }
        return (revisions, checkpoints);
    }

    // one of an epoch that was given up is opened by nothing
    private static async Task<ManifestRevision?> Open(UnixFsReader files, BlockOpener opener, Cid root)
    {
        try
        {
            return await RevisionReader.Read(files, opener, root, CancellationToken.None);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.WrongKey)
        {
            return null;
        }
    }

    /// <summary>Roots that checks may ask for again.</summary>
    public IReadOnlySet<Cid> Needed(ManifestState state) =>
        disks.SelectMany(d => d.Pins.Select(p => p.Key).Concat(d.LostPins)).Concat(state.Backups.Select(b => b.Root)).Concat(state.Revisions).ToHashSet();

    private UnixFsReader Files() => new(new BlockReader([.. disks.Select(d => new WatchedNode(d))]));

    private IReadOnlyList<Hash256> Below(Cid root) => Reach.Of(root, Good);

    private byte[]? Good(Hash256 block) => disks.FirstOrDefault(d => d.IsGood(block))?.Get(block);
}
