using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;

namespace BackupFunctions.Manifest;

/// <summary>
/// Looks on the nodes for manifest revisions that the catalogue does not know. Before every write the head must be at least as new as all of
/// them: a catalogue that was rolled back would otherwise start a second future.
/// </summary>
internal static class NewerRevisions
{
    /// <summary>The newest revision that is pinned on a reachable node and newer than the state; null when there is none.</summary>
    public static async Task<NewerRevision?> Find(Repository repository, ManifestState state, CancellationToken cancellationToken)
    {
        NewerRevision? newest = null;
        foreach (var node in repository.Nodes)
        {
            try
            {
                newest = await FindOn(node, PinNames.Manifest(repository.Id), state, newest, cancellationToken);
            }
            catch (BackupException e) when (e.Kind == ErrorKind.Failed)
            {
                // a node that does not answer cannot know better; that it does not is reported when the revision is published
            }
        }
        return newest;
    }

    private static async Task<NewerRevision?> FindOn(IIpfsNode node, string pinName, ManifestState state, NewerRevision? newest, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(new BlockReader([node]));
        await foreach (var pin in node.Pins(cancellationToken))
        {
            if (pin.Name != pinName || state.Knows(pin.Root)) continue;
            var number = await RevisionReader.ReadNumber(files, pin.Root, cancellationToken);
            if (number > Math.Max(state.Revision, newest?.Number ?? 0)) newest = new(pin.Root, number, node.Name);
        }
        return newest;
    }
}

/// <summary>A revision found on a node, and the node's name.</summary>
internal sealed record NewerRevision(Cid Root, ulong Number, string Node);
