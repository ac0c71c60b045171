using BackupFunctions.Encryption;
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
    /// <remarks>A revision of an epoch that this keyring does not have is read with its own keyring; <see cref="ErrorKind.WrongKey"/> when our key does not open that.</remarks>
    public static async Task<FoundRevisions> Find(
        Repository repository, ManifestState state, Func<Keyring, CancellationToken, Task<UnlockedKeyring>> unlock, CancellationToken cancellationToken)
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
                var revision = await Read(claim.Root);
                if (revision.Repository != repository.Id) continue;
                var keyring = revision.Changes.OfType<KeysChanged>().LastOrDefault() is { } changed ? await KeyringOf(claim.Root, changed) : null;
                return new(new(claim.Root, revision, nodes[0], keyring), problems);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
            {
                problems.Add(Unusable(nodes[0], claim.Root, e.Message));
            }
        }
        return new(null, problems);

        async Task<ManifestRevision> Read(Cid root)
        {
            try
            {
                return await RevisionReader.Read(files, opener, root, cancellationToken);
            }
            catch (BackupException e) when (e.Kind == ErrorKind.WrongKey)
            {
                // an epoch that was begun by somebody who died before the catalogue knew of it, or that the catalogue has forgotten
                using var keys = await unlock(await RevisionReader.ReadKeyring(files, root, cancellationToken), cancellationToken);
                using var own = new BlockOpener(keys.Find);
                return await RevisionReader.Read(files, own, root, cancellationToken);
            }
        }

        // the keyring beside a revision is public, and only what the sealed part says of it binds it
        async Task<Keyring> KeyringOf(Cid root, KeysChanged changed)
        {
            var keyring = await RevisionReader.ReadKeyring(files, root, cancellationToken);
            return keyring.Digest == changed.Keyring ? keyring : throw BackupException.Corrupt($"the keyring beside {root} is not the one that it was recorded with");
        }
    }

    private static string Unusable(string node, Cid root, string why) => $"{node} pins {root} as a manifest revision, but it cannot be read: {why}";
}

/// <summary>What was found: the newest unknown revision, and what is wrong with other pins.</summary>
internal sealed record FoundRevisions(NewerRevision? Newest, IReadOnlyList<string> Problems);

/// <summary>A revision found on a node, the node's name, and the keyring if the revision changed that.</summary>
internal sealed record NewerRevision(Cid Root, ManifestRevision Revision, string Node, Keyring? Keyring);
