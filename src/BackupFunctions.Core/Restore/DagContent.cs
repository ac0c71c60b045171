using System.Runtime.CompilerServices;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Restore;

/// <summary>A backup under a root CID. A few chunks are fetched ahead, so that a node's latency is not paid for each one.</summary>
public sealed class DagContent(BlockReader blocks, Cid root) : IBackupContent
{
    private const int ReadAhead = 8;
    private const int MaxHeaderBytes = 1024 * 1024;

    private readonly UnixFsReader _files = new(blocks);

    /// <inheritdoc/>
    public string Name => root.ToString();

    /// <inheritdoc/>
    public async Task<byte[]> ReadHeader(CancellationToken cancellationToken)
    {
        using var header = new MemoryStream();
        await _files.CopyTo(await ResolveHeader(cancellationToken), header, MaxHeaderBytes, cancellationToken);
        return header.ToArray();
    }

    private async Task<Cid> ResolveHeader(CancellationToken cancellationToken)
    {
        // what is damaged or not held is told as such; what then does not resolve is whole, and something else
        await blocks.Read(root, cancellationToken);
        try
        {
            return await _files.Resolve(root, BackupHeader.FileName, cancellationToken);
        }
        catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
        {
            throw BackupException.NotFound($"open backup {root}: it is no backup: {e.Message}", "give the root CID of a backup; `backupfn list` shows them");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadIndex(CancellationToken cancellationToken) =>
        await SealedFileReader.Blocks(_files, await _files.Resolve(root, BackupIndex.FileName, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadList(IndexedFile file, CancellationToken cancellationToken) =>
        await SealedFileReader.Blocks(_files, file.List, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChunks(
        IndexedFile file, IReadOnlyList<ChunkRecord> records, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<Task<byte[]>>();
        try
        {
            foreach (var record in records)
            {
                ahead.Enqueue(blocks.Read(record.Cid, stop.Token));
                if (ahead.Count >= ReadAhead) yield return await ahead.Dequeue();
            }
            while (ahead.Count > 0) yield return await ahead.Dequeue();
        }
        finally
        {
            // who stops early must not leave reads behind that nobody waits for
            await stop.CancelAsync();
            await Task.WhenAll(ahead).ContinueWith(static all => _ = all.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
