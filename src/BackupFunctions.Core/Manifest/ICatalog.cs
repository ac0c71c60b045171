using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Manifest;

/// <summary>
/// Keeps the head of the manifest, and quick copies of the blocks of its newest revisions, so that it can be read while no node answers. It is a cache, which
/// recovery can rebuild from pins and a key; but while it is there, it decides which of two writers was first. Implementations are thread-safe; one that cannot be reached throws <see cref="ErrorKind.Failed"/> and names its setting.
/// </summary>
public interface ICatalog : IBlockSource
{
    /// <summary>The head, or null when nothing was ever recorded here.</summary>
    Task<CatalogHead?> ReadHead(CancellationToken cancellationToken);

    /// <summary>Replaces the head if it still has the expected revision (null: if there is none); false when somebody else was first.</summary>
    Task<bool> TryReplaceHead(ulong? expectedRevision, CatalogHead next, CancellationToken cancellationToken);

    /// <summary>Keeps quick copies of blocks of a revision; one that is kept already belongs to this revision from now on.</summary>
    Task Keep(ulong revision, IReadOnlyList<Block> blocks, CancellationToken cancellationToken);

    /// <summary>Drops the quick copies of blocks whose revision is older than this one.</summary>
    Task DropBefore(ulong revision, CancellationToken cancellationToken);
}

/// <summary>The newest manifest revision of a repository, and a copy of its keyring.</summary>
public sealed record CatalogHead(RepositoryId Repository, ulong Revision, Cid Manifest, Keyring Keyring);
