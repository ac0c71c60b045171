using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;

namespace BackupFunctions.Retention;

/// <summary>
/// Finds revisions and checkpoints of the manifest that nobody reads any more. The newest two checkpoints and all revisions behind the older one stay: should the newest be lost, the manifest begins there. A
/// revision that stands beside the chain is left to recovery, and with it the checkpoint that it names; a checkpoint that nothing names was left by a writer who died before its revision was there.
/// </summary>
internal sealed class OldRevisions(Repository repository, ICatalog catalog, ManifestState state)
{
    private readonly UnixFsReader _files = new(new BlockReader([catalog, .. repository.Nodes]));
    // checkpoints between which nothing changed have one root
    private readonly HashSet<Cid> _stay = [];
    private readonly HashSet<Cid> _old = [];
    private readonly HashSet<Cid> _chain = [];

    /// <summary>Those among the roots that a node pins as revisions and checkpoints. Walks back from the head as far as revisions can be read, or are pinned there.</summary>
    public async Task<IReadOnlySet<Cid>> Among(IReadOnlySet<Cid> revisions, IReadOnlySet<Cid> checkpoints, CancellationToken cancellationToken)
    {
        using var opener = repository.Opener();
        await Walk(opener, revisions, cancellationToken);
        // the next revision names a checkpoint that may be on its way
        var isDue = state.Revision % CheckpointPages.Interval == 0;
        if (!isDue && await StayWithOthers(opener, cancellationToken)) _old.UnionWith(checkpoints);
        _old.ExceptWith(_stay);
        return _old.Where(r => revisions.Contains(r) || checkpoints.Contains(r)).ToHashSet();
    }

    private async Task Walk(BlockOpener opener, IReadOnlySet<Cid> pinned, CancellationToken cancellationToken)
    {
        if (state.Checkpoint is { } newest) _stay.Add(newest.Root);
        var kept = state.Checkpoint is { Revision: > CheckpointPages.Interval } checkpoint ? checkpoint.Revision - CheckpointPages.Interval : 0;
        ulong gone = 0;
        for (var next = state.Head; next is { } root && gone < CheckpointPages.Interval;)
        {
            ManifestRevision revision;
            try
            {
                revision = repository.Chain.Find(root) ?? await RevisionReader.Read(_files, opener, root, cancellationToken);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt or ErrorKind.WrongKey)
            {
                // an earlier run was here, the epoch was given up, or it was lost after the newest checkpoint had taken its place
                return;
            }
            _chain.Add(root);
            if (revision.Revision <= kept) _old.Add(root);
            if (revision.Checkpoint is { } named) (named.Revision < kept ? _old : _stay).Add(named.Root);
            gone = revision.Revision <= kept && !pinned.Contains(root) ? gone + 1 : 0;
            next = revision.Previous;
        }
    }

    // what is pinned anywhere and the walk has not met; false when nobody can say all that it names
    private async Task<bool> StayWithOthers(BlockOpener opener, CancellationToken cancellationToken)
    {
        var pins = await NodePins.Read(repository.Nodes, cancellationToken);
        var all = pins.ByRoot.SelectMany(p => p).ToList();
        if (pins.Silent.Count > 0 || all.Any(p => !p.KeepsNames)) return false;
        foreach (var root in all.Where(p => p.Name == PinNames.Manifest(repository.Id) && !_chain.Contains(p.Root)).Select(p => p.Root).Distinct())
        {
            try
            {
                if ((await RevisionReader.Read(_files, opener, root, cancellationToken)).Checkpoint is { } named) _stay.Add(named.Root);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
            {
                // lost on every node: it leads nowhere
            }
            catch (BackupException e) when (e.Kind == ErrorKind.WrongKey)
            {
                return false;
            }
        }
        return true;
    }
}
