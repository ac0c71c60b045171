using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Repositories;

/// <summary>
/// Looks on the nodes for repositories that a secret opens: what stands beside an empty catalogue. Every keyring found is tried once, because
/// older revisions hold the keyring of their time.
/// </summary>
internal static class PinnedRepositories
{
    /// <summary>The repositories that the secret opens; every node must answer. Manifest pins of others do not count.</summary>
    public static async Task<IReadOnlyList<PinnedRepository>> Find(IReadOnlyList<IIpfsNode> nodes, KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(new BlockReader(nodes));
        var pins = await NodePins.Read(nodes, cancellationToken);
        if (pins.Silent is [var silent, ..]) throw silent;
        var revisions = await new PinnedRevisions(new BlockReader(nodes)).Find(pins, null, _ => false, cancellationToken);
        if (revisions.Unreadable is [var unreadable, ..]) throw unreadable.Problem;
        var found = new Dictionary<RepositoryId, PinnedRepository>();
        foreach (var (claim, holders, _) in revisions.Claims.DistinctBy(c => c.Claim.Keyring))
        {
            var keyring = await RevisionReader.ReadKeyring(files, claim.Root, cancellationToken);
            if (!Opens(keyring, secret)) continue;
            var all = revisions.Claims.Where(c => c.Claim.Repository == keyring.Repository).ToList();
            var holdsMore = pins.ByRoot.SelectMany(p => p).Any(p => PinNames.IsOf(keyring.Repository, p.Name) && p.Name != PinNames.Manifest(keyring.Repository));
            found.TryAdd(keyring.Repository, new(keyring, holders[0], all.Count == 1 && !holdsMore ? claim.Root : null));
        }
        return [.. found.Values];
    }

    private static bool Opens(Keyring keyring, KeyEncryptionSecret secret)
    {
        try
        {
            keyring.Unlock(secret).Dispose();
            return true;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.WrongKey)
        {
            return false;
        }
    }
}

/// <summary>A repository on a node; <see cref="OnlyRevision"/> is the root of its manifest when nothing but one revision is pinned of it.</summary>
internal sealed record PinnedRepository(Keyring Keyring, string Node, Cid? OnlyRevision);
