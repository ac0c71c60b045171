using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;

namespace BackupFunctions.Retention;

/// <summary>
/// Finds revisions and checkpoints of the manifest that nobody reads any more. The newest two checkpoints and all revisions behind the older one stay: should the newest be lost, the manifest begins there. Only what
/// the chain itself names counts; a sibling that stands beside it is left to recovery.
/// </summary>
internal static class OldRevisions
{
    /// <summary>Their roots, walking back from the head as far as revisions can be found.</summary>
    public static async Task<IReadOnlySet<Cid>> Find(Repository repository, ICatalog catalog, ManifestState state, CancellationToken cancellationToken)
    {
        var old = new HashSet<Cid>();
        if (state.Checkpoint is not { Revision: > CheckpointPages.Interval } checkpoint) return old;
        var kept = checkpoint.Revision - CheckpointPages.Interval;
        // checkpoints between which nothing changed have one root
        var stay = new HashSet<Cid> { checkpoint.Root };
        var files = new UnixFsReader(new BlockReader([catalog, .. repository.Nodes]));
        using var opener = repository.Opener();
        for (var next = state.Head; next is { } root;)
        {
            ManifestRevision revision;
            try
            {
                revision = await RevisionReader.Read(files, opener, root, cancellationToken);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt && old.Count > 0)
            {
                // an earlier run was here
                break;
            }
            if (revision.Revision <= kept) old.Add(root);
            if (revision.Checkpoint is { } named) (named.Revision < kept ? old : stay).Add(named.Root);
            next = revision.Previous;
        }
        old.ExceptWith(stay);
        return old;
    }
}
