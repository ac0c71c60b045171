using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>Reads manifest revisions and their public parts from the nodes; every block is hashed, every sealed one opened.</summary>
internal static class RevisionReader
{
    /// <summary>The public keyring in a revision's directory.</summary>
    public const string KeyringName = "keyring.json";

    /// <summary>The sealed revision in its directory.</summary>
    public const string RevisionName = "revision";

    private const int MaxKeyringBytes = 1024 * 1024;

    /// <summary>Opens a revision and checks that what is sealed agrees with its public context.</summary>
    public static async Task<ManifestRevision> Read(UnixFsReader files, BlockOpener opener, Cid root, CancellationToken cancellationToken)
    {
        var blocks = await Blocks(files, root, cancellationToken);
        var context = Context(blocks[0].Span);
        var revision = EngineJson.Read<ManifestRevision>(SealedObject.Open(opener, BlockType.Manifest, context.Encode(), blocks), $"manifest revision {root}");
        if (revision.Format != ManifestRevision.CurrentFormat)
            throw new BackupException(ErrorKind.Failed, $"read manifest revision {root}: format {revision.Format} is unknown", "use a newer version of backupfn");
        if (revision.Revision != context.Revision || revision.Previous != context.Previous)
            throw BackupException.Corrupt($"read manifest revision {root}: it says revision {revision.Revision}, its context {context.Revision}");
        return revision;
    }

    /// <summary>What a root claims to be, without a key; null when it has not the shape of a revision.</summary>
    public static async Task<RevisionClaim?> ReadClaim(UnixFsReader files, Cid root, CancellationToken cancellationToken)
    {
        var entries = await files.List(root, cancellationToken);
        if (entries.FirstOrDefault(e => e.Name == KeyringName) is not { } keyring || entries.FirstOrDefault(e => e.Name == RevisionName) is not { } revision) return null;
        await foreach (var block in files.Blocks(revision.Cid, readAhead: 1, cancellationToken: cancellationToken))
        {
            var context = Context(block.Data.Span);
            return new(root, (await OpenKeyring(files, keyring.Cid, cancellationToken)).Repository, keyring.Cid, context.Revision, context.Previous);
        }
        throw BackupException.Corrupt($"read manifest revision {root}: it is empty");
    }

    /// <summary>The public keyring of a revision.</summary>
    public static async Task<Keyring> ReadKeyring(UnixFsReader files, Cid root, CancellationToken cancellationToken) =>
        await OpenKeyring(files, await files.Resolve(root, KeyringName, cancellationToken), cancellationToken);

    private static async Task<Keyring> OpenKeyring(UnixFsReader files, Cid file, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream();
        await files.CopyTo(file, json, MaxKeyringBytes, cancellationToken);
        return Keyring.Parse(json.GetBuffer().AsSpan(0, (int)json.Length));
    }

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> Blocks(UnixFsReader files, Cid root, CancellationToken cancellationToken) =>
        await SealedFileReader.Blocks(files, await files.Resolve(root, RevisionName, cancellationToken), cancellationToken);

    private static ManifestContext Context(ReadOnlySpan<byte> firstBlock)
    {
        var header = BlockHeader.Parse(firstBlock);
        return header.Type == BlockType.Manifest ? ManifestContext.Parse(header.Context.Span) : throw BackupException.Corrupt($"read manifest revision: it is a {header.Type} block");
    }
}
