using BackupFunctions.Backup;
using BackupFunctions.Encryption;

namespace BackupFunctions.Restore;

/// <summary>
/// The files of one backup, wherever they are: on nodes, in a CAR, or in a directory that any IPFS client has fetched. What it gives is not
/// trusted: the reader opens every sealed block and compares it with the list that binds it.
/// </summary>
public interface IBackupContent
{
    /// <summary>How messages name it.</summary>
    string Name { get; }

    /// <summary>The bytes of <c>backup.json</c>; <see cref="ErrorKind.NotFound"/> when this is no backup.</summary>
    Task<byte[]> ReadHeader(CancellationToken cancellationToken);

    /// <summary>The sealed blocks of the index, in order.</summary>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadIndex(CancellationToken cancellationToken);

    /// <summary>The sealed blocks of a file's chunk list, in order.</summary>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadList(IndexedFile file, CancellationToken cancellationToken);

    /// <summary>The sealed blocks of a file, one for each record of its list, in order; each is valid until the next is asked for.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChunks(IndexedFile file, IReadOnlyList<ChunkRecord> records, CancellationToken cancellationToken);
}
