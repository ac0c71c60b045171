using BackupFunctions.Ipfs;

namespace BackupFunctions.Transfer;

/// <summary>A few blocks at hand.</summary>
internal sealed class BlockSet(string name, IEnumerable<Block> blocks) : IBlockSource
{
    private readonly Dictionary<Cid, byte[]> _blocks = blocks.DistinctBy(b => b.Cid).ToDictionary(b => b.Cid, b => b.Data.ToArray());

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Task.FromResult(_blocks.GetValueOrDefault(cid));
}
