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
    /// and are damaged or forged on every node. A node that does not answer cannot know better.
    /// </summary>
    public static async Task<FoundRevisions> Find(Repository repository, ManifestState state, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(repository.Blocks);
        using var opener = repository.Opener();
        var listed = state.Backups.Select(b => b.Root).ToHashSet();
        var pins = await NodePins.Read(repository.Nodes, cancellationToken);
        var found = await repository.Revisions.Find(pins, repository.Id, root => state.Knows(root) || listed.Contains(root), cancellationToken);
        var problems = new List<string>();
        foreach (var pin in found.Unreadable)
        {
            if (pin.Problem.Kind is not (ErrorKind.Corrupt or ErrorKind.NotFound)) throw pin.Problem;
            problems.Add(Unusable(pin.Node, pin.Root, pin.Problem.Message));
        }
        foreach (var (claim, nodes, named) in found.Claims.Where(c => c.Claim.Revision > state.Revision).OrderByDescending(c => c.Claim.Revision))
        {
            if (claim.Repository != repository.Id)
            {
                if (named) problems.Add(Unusable(nodes[0], claim.Root, $"it is of repository {claim.Repository}"));
                continue;
            }
            try
            {
                var revision = await RevisionReader.Read(files, opener, claim.Root, cancellationToken);
                if (revision.Repository == repository.Id) return new(new(claim.Root, revision, nodes[0]), problems);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
            {
                problems.Add(Unusable(nodes[0], claim.Root, e.Message));
            }
        }
        return new(null, problems);
    }

    private static string Unusable(string node, Cid root, string why) => $"{node} pins {root} as a manifest revision, but it cannot be read: {why}";
}

/// <summary>What was found: the newest unknown revision, and what is wrong with other pins.</summary>
internal sealed record FoundRevisions(NewerRevision? Newest, IReadOnlyList<string> Problems);

/// <summary>A revision found on a node, and the node's name.</summary>
internal sealed record NewerRevision(Cid Root, ManifestRevision Revision, string Node);
