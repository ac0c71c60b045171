using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Restore;

/// <summary>Writes everything below a root to one CAR, still sealed.</summary>
public static class CarExport
{
    private const int ReadAhead = 8;

    /// <summary>As <see cref="Write"/>, to a file of its owner alone that appears whole or not at all.</summary>
    public static async Task<CarExportSummary> WriteFile(BlockReader blocks, Cid root, string path, IFiles files, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            using var file = files.Create(path, ownerOnly: true);
            var written = await Write(blocks, root, file.Stream, progress, cancellationToken);
            file.Commit();
            return written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(ErrorKind.Failed, $"write {path}: {e.Message}", DiskProblem.HintFor(e, Path.GetDirectoryName(path) ?? path), e);
        }
    }

    /// <summary>
    /// Writes every block once, parents first, each verified by its hash. Memory is bounded by the blocks read ahead, and 100 bytes for each
    /// block that was written.
    /// </summary>
    public static async Task<CarExportSummary> Write(BlockReader blocks, Cid root, Stream destination, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var car = CarWriter.CreateWithRoot(destination, root);
        var written = new HashSet<Cid>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<(Cid Cid, Task<byte[]> Bytes)>();
        try
        {
            await foreach (var cid in new UnixFsReader(blocks).Walk(root, cancellationToken: cancellationToken))
            {
                if (!written.Add(cid)) continue;
                ahead.Enqueue((cid, blocks.Read(cid, stop.Token)));
                if (ahead.Count == ReadAhead) await WriteNext();
            }
            while (ahead.Count > 0) await WriteNext();
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(ahead.Select(a => a.Bytes)).ContinueWith(static all => _ = all.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        return new(car.Blocks, car.BytesWritten);

        async Task WriteNext()
        {
            var (cid, bytes) = ahead.Dequeue();
            await car.WriteAsync(new(cid, await bytes), cancellationToken);
            progress?.Invoke(car.Blocks, car.BytesWritten);
        }
    }
}

/// <summary>Blocks in the CAR, and its length in bytes.</summary>
public sealed record CarExportSummary(long Blocks, long Bytes);
