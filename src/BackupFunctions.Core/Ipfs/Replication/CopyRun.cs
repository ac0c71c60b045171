namespace BackupFunctions.Ipfs.Replication;

/// <summary>Copies batches of blocks to a node, each under a guard. Not thread-safe.</summary>
internal sealed class CopyRun(IIpfsNode target, BlockTransfer transfer, string guardName)
{
    private const int Attempts = 3;
    private const int BatchBlocks = 1024;

    private readonly List<Cid> _guards = [];

    /// <summary>Blocks sent.</summary>
    public long Blocks { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Blocks of the batches that the node lacked.</summary>
    public long Lacking { get; private set; }

    /// <summary>Sends what the node lacks of a batch, and holds all of it; false when that was done before.</summary>
    public async Task<bool> Copy(IReadOnlyList<Cid> batch, CancellationToken cancellationToken)
    {
        var nodes = new List<Block>();
        var builder = new GuardBuilder(nodes.Add);
        foreach (var cid in batch) builder.Add(cid);
        var guard = builder.Finish();
        _guards.Add(guard);
        if (await target.IsHeld(guard, cancellationToken)) return false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var missing = await Missing(batch, cancellationToken);
                var imported = await transfer.SendHeld(target, missing, nodes, guardName, cancellationToken);
                (Blocks, Bytes, Lacking) = (Blocks + imported.Blocks, Bytes + imported.Bytes, Lacking + missing.Count);
                return true;
            }
            catch (BackupException e) when (e.Kind == ErrorKind.NotFound && attempt < Attempts)
            {
                // a garbage collection came between
            }
        }
    }

    /// <summary>Releases all guards; the root is pinned by now.</summary>
    public async Task Release(CancellationToken cancellationToken)
    {
        foreach (var guard in _guards) await target.Release(guard, cancellationToken);
    }

    /// <summary>Blocks in batches of the size that a guard covers.</summary>
    public static async IAsyncEnumerable<List<Cid>> Batches(IAsyncEnumerable<Cid> cids)
    {
        var batch = new List<Cid>(BatchBlocks);
        await foreach (var cid in cids)
        {
            batch.Add(cid);
            if (batch.Count < BatchBlocks) continue;
            yield return batch;
            batch = new(BatchBlocks);
        }
        if (batch.Count > 0) yield return batch;
    }

    private async Task<List<Cid>> Missing(IReadOnlyList<Cid> batch, CancellationToken cancellationToken)
    {
        var missing = new List<Cid>();
        foreach (var cid in batch.Distinct())
        {
            if (!await target.Has(cid, cancellationToken)) missing.Add(cid);
        }
        return missing;
    }
}
