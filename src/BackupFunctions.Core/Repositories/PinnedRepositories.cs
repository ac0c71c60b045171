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
        var pins = new List<(PinnedRoot Pin, string Node)>();
        foreach (var node in nodes)
        {
            await foreach (var pin in node.Pins(cancellationToken)) pins.Add((pin, node.Name));
        }
        var tried = new HashSet<Cid>();
        var found = new Dictionary<RepositoryId, PinnedRepository>();
        foreach (var (pin, node) in pins.Where(p => PinNames.IsManifest(p.Pin.Name)).DistinctBy(p => p.Pin.Root))
        {
            if (!tried.Add(await files.Resolve(pin.Root, RevisionReader.KeyringName, cancellationToken))) continue;
            var keyring = await RevisionReader.ReadKeyring(files, pin.Root, cancellationToken);
            if (!Opens(keyring, secret)) continue;
            var name = PinNames.Manifest(keyring.Repository);
            var manifests = pins.Where(p => p.Pin.Name == name).Select(p => p.Pin.Root).ToHashSet();
            var holdsMore = pins.Any(p => p.Pin.Name != name && PinNames.IsOf(keyring.Repository, p.Pin.Name));
            found.TryAdd(keyring.Repository, new(keyring, node, manifests.Count == 1 && !holdsMore ? pin.Root : null));
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
