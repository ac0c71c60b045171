using BackupFunctions.Ipfs;

namespace BackupFunctions.Benchmarks.SecondFull;

/// <summary>Blocks in memory, from which a second run reads the chunk lists of the first. Filled before it is read.</summary>
internal sealed class MemoryBlocks : IBlockSource
{
    private readonly Dictionary<Cid, byte[]> _blocks = [];

    /// <inheritdoc/>
    public string Name => "memory";

    /// <summary>Keeps a copy.</summary>
    public void Add(Block block) => _blocks[block.Cid] = block.Data.ToArray();

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Task.FromResult(_blocks.GetValueOrDefault(cid));
}
