using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;

namespace BackupFunctions.Manifest;

/// <summary>
/// Looks on the nodes for manifest revisions that the catalogue does not know. Before every write the head must be at least as new as all of
/// them: a catalogue that was rolled back would otherwise start a second future. Pins are readable and writable by whoever runs the node, so
/// only what our key opens counts.
/// </summary>
internal static class NewerRevisions
{
    /// <summary>
    /// The newest revision that is pinned on a reachable node and newer than the state, if there is one; and pins that claim to be revisions
    /// and are damaged or forged on every node.
    /// </summary>
    public static async Task<FoundRevisions> Find(Repository repository, ManifestState state, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(repository.Blocks);
        using var opener = repository.Opener();
        NewerRevision? newest = null;
        var problems = new List<string>();
        foreach (var (root, node) in await Pinned(repository, state, cancellationToken))
        {
            try
            {
                if (await RevisionReader.ReadNumber(files, root, cancellationToken) <= Math.Max(state.Revision, newest?.Revision.Revision ?? 0)) continue;
                var revision = await RevisionReader.Read(files, opener, root, cancellationToken);
                if (revision.Repository == repository.Id) newest = new(root, revision, node);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
            {
                problems.Add($"{node} pins {root} as a manifest revision, but it cannot be read: {e.Message}");
            }
        }
        return new(newest, problems);
    }

    private static async Task<Dictionary<Cid, string>> Pinned(Repository repository, ManifestState state, CancellationToken cancellationToken)
    {
        var roots = new Dictionary<Cid, string>();
        var name = PinNames.Manifest(repository.Id);
        foreach (var node in repository.Nodes)
        {
            try
            {
                await foreach (var pin in node.Pins(cancellationToken))
                {
                    if (pin.Name == name && !state.Knows(pin.Root)) roots.TryAdd(pin.Root, node.Name);
                }
            }
            catch (BackupException e) when (e.Kind == ErrorKind.Failed)
            {
                // a node that does not answer cannot know better; that it does not is reported when the revision is published
            }
        }
        return roots;
    }
}

/// <summary>What was found: the newest unknown revision, and what is wrong with other pins.</summary>
internal sealed record FoundRevisions(NewerRevision? Newest, IReadOnlyList<string> Problems);

/// <summary>A revision found on a node, and the node's name.</summary>
internal sealed record NewerRevision(Cid Root, ManifestRevision Revision, string Node);
