namespace BackupFunctions.Ipfs;

/// <summary>
/// One import: blocks that the vault lacks go to one pack, made when the first comes. Disposing without a commit leaves nothing. Not thread-safe.
/// </summary>
internal sealed class VaultImport(VaultBlocks blocks, string name, Func<VaultPackWriter> create) : IDisposable
{
    private VaultPackWriter? _pack;

    /// <summary>
    /// Stores a verified block, unless it is held with the right bytes: a held block is read and compared, so that importing a block again
    /// heals a damaged copy. What another process imports meanwhile may be stored twice.
    /// </summary>
    public async Task Add(Block block, CancellationToken cancellationToken)
    {
        if (await blocks.GetKnown(block.Cid, cancellationToken) is { } held && held.AsSpan().SequenceEqual(block.Data.Span)) return;
        _pack ??= create();
        _pack.Write(block);
    }

    /// <summary>Makes the blocks durable and visible.</summary>
    public void Commit()
    {
        if (_pack is null) return;
        _pack.Commit();
        blocks.Publish(name, _pack.Entries);
    }

    public void Dispose() => _pack?.Dispose();
}
