using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>Brings blocks from where they are to a node.</summary>
internal sealed class BlockTransfer(BlockReader sources, RateLimit? limit)
{
    private const int ParallelReads = 4;

    /// <summary>Sends these blocks, verified, and then <paramref name="extra"/>, which nobody holds yet.</summary>
    public Task<ImportSummary> Send(IIpfsNode target, IReadOnlyList<Cid> blocks, IReadOnlyList<Block> extra, CancellationToken cancellationToken) =>
        target.Import(token => Task.FromResult(Open(blocks, extra, token)), cancellationToken);

    private Stream Open(IReadOnlyList<Cid> blocks, IReadOnlyList<Block> extra, CancellationToken cancellationToken)
    {
        var read = ReadAhead.Run(blocks.ToAsyncEnumerable(), ParallelReads, async (cid, token) => new Block(cid, await sources.Read(cid, token)), cancellationToken);
        var car = new BlockCarStream(read.Concat(extra.ToAsyncEnumerable()), cancellationToken);
        return limit is null ? car : new RateLimitedStream(car, limit);
    }
}
