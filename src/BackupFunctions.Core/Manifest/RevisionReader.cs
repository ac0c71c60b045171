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
        var context = Context(blocks);
        var revision = EngineJson.Read<ManifestRevision>(SealedObject.Open(opener, BlockType.Manifest, context.Encode(), blocks), $"manifest revision {root}");
        if (revision.Format != ManifestRevision.CurrentFormat)
            throw new BackupException(ErrorKind.Failed, $"read manifest revision {root}: format {revision.Format} is unknown", "use a newer version of backupfn");
        if (revision.Revision != context.Revision || revision.Previous != context.Previous)
            throw BackupException.Corrupt($"read manifest revision {root}: it says revision {revision.Revision}, its context {context.Revision}");
        return revision;
    }

    /// <summary>The revision number that a root claims, without a key.</summary>
    public static async Task<ulong> ReadNumber(UnixFsReader files, Cid root, CancellationToken cancellationToken)
    {
        return Context(await Blocks(files, root, cancellationToken)).Revision;
    }

    /// <summary>The public keyring of a revision.</summary>
    public static async Task<Keyring> ReadKeyring(UnixFsReader files, Cid root, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream();
        await files.CopyTo(await files.Resolve(root, KeyringName, cancellationToken), json, MaxKeyringBytes, cancellationToken);
        return Keyring.Parse(json.GetBuffer().AsSpan(0, (int)json.Length));
    }

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> Blocks(UnixFsReader files, Cid root, CancellationToken cancellationToken) =>
        await SealedFileReader.Blocks(files, await files.Resolve(root, RevisionName, cancellationToken), cancellationToken);

    private static ManifestContext Context(IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        var header = BlockHeader.Parse(blocks[0].Span);
        return header.Type == BlockType.Manifest ? ManifestContext.Parse(header.Context.Span) : throw BackupException.Corrupt($"read manifest revision: it is a {header.Type} block");
    }
}
