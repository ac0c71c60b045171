using System.Runtime.CompilerServices;
using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;

namespace BackupFunctions.Restore;

/// <summary>A backup as <c>ipfs get ROOT</c> lays it out: plain files of sealed blocks back to back, which delimit themselves.</summary>
public sealed class DirectoryContent(string directory, IFiles files) : IBackupContent
{
    /// <inheritdoc/>
    public string Name => directory;

    /// <inheritdoc/>
    public async Task<byte[]> ReadHeader(CancellationToken cancellationToken)
    {
        await using var stream = Open(BackupHeader.FileName);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadIndex(CancellationToken cancellationToken)
    {
        return await ReadAll(BackupIndex.FileName, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadList(IndexedFile file, CancellationToken cancellationToken)
    {
        return await ReadAll(file.ListPath, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChunks(
        IndexedFile file, IReadOnlyList<ChunkRecord> records, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = Open(file.DataPath);
        await foreach (var block in SealedBlockStream.Read(stream, cancellationToken)) yield return block;
    }

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAll(string path, CancellationToken cancellationToken)
    {
        await using var stream = Open(path);
        var blocks = new List<ReadOnlyMemory<byte>>();
        await foreach (var block in SealedBlockStream.Read(stream, cancellationToken)) blocks.Add(block.ToArray());
        return blocks;
    }

    private Stream Open(string path)
    {
        try
        {
            return files.OpenRead(Path.Combine([directory, .. path.Split('/')]));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BackupException(ErrorKind.NotFound, $"open backup {directory}: {path} is missing", "give a directory made by `ipfs get ROOT`, or a CAR file", e);
        }
    }
}
