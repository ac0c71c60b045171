using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Repositories;

/// <summary>An open repository: its unlocked keys, and the nodes that hold it.</summary>
public sealed class Repository(UnlockedKeyring keys, IReadOnlyList<IIpfsNode> nodes) : IDisposable
{
    /// <summary>Which one it is.</summary>
    public RepositoryId Id => keys.Keyring.Repository;

    /// <summary>The public keyring, as it stands in every manifest revision.</summary>
    public Keyring Keyring => keys.Keyring;

    /// <summary>The keys of the live epochs.</summary>
    public UnlockedKeyring Keys => keys;

    /// <summary>The configured nodes in order.</summary>
    public IReadOnlyList<IIpfsNode> Nodes => nodes;

    /// <summary>Reads verified blocks from whichever node has them.</summary>
    public BlockReader Blocks { get; } = new(nodes);

    /// <summary>Finds manifest revisions among pins.</summary>
    internal PinnedRevisions Revisions => field ??= new(Blocks);

    /// <summary>The manifest as it was read last.</summary>
    internal ChainMemory Chain { get; } = new();

    /// <summary>An opener for sealed blocks of any live epoch; one per worker.</summary>
    public BlockOpener Opener() => new(keys.Find);

    /// <inheritdoc/>
    public void Dispose() => keys.Dispose();
}
