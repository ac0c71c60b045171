using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>Brings blocks from where they are to a node.</summary>
internal sealed class BlockTransfer(BlockReader sources, RateLimit? limit)
{
    private const int ParallelReads = 4;

    /// <summary>Sends these blocks, verified.</summary>
    public Task<ImportSummary> Send(IIpfsNode target, IReadOnlyList<Cid> blocks, CancellationToken cancellationToken) =>
        target.Import(token => Task.FromResult(Open(blocks, [], token)), cancellationToken);

    /// <summary>Sends these blocks, verified, and then their guard (its root last), which holds them.</summary>
    public Task<ImportSummary> SendHeld(IIpfsNode target, IReadOnlyList<Cid> blocks, IReadOnlyList<Block> guard, string guardName, CancellationToken cancellationToken) =>
        target.ImportHeld(token => Task.FromResult(Open(blocks, guard, token)), guard[^1].Cid, guardName, cancellationToken);

    private Stream Open(IReadOnlyList<Cid> blocks, IReadOnlyList<Block> extra, CancellationToken cancellationToken)
    {
        var read = ReadAhead.Run(blocks.ToAsyncEnumerable(), ParallelReads, async (cid, token) => new Block(cid, await sources.Read(cid, token)), cancellationToken);
        var car = new BlockCarStream(read.Concat(extra.ToAsyncEnumerable()), cancellationToken);
        return limit is null ? car : new RateLimitedStream(car, limit);
    }
}
