namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Replaces damaged blocks on a node that does not write over what it has and does not delete what a pin reaches. The pins over such a block are taken away,
/// while guards keep everything else below them from being collected; then the block is deleted and brought anew, and the pins are set again.
/// </summary>
internal sealed class BlockReplacement(IIpfsNode node, BlockTransfer transfer, BlockReader sources, string guardName)
{
    private const int MaxPins = 1024;

    private readonly Dictionary<Cid, PinnedRoot> _taken = [];

    /// <summary>Replaces them. A pin that cannot be set again is found by the next look for missing copies; its guards stay, so that nothing below it is collected. Gives how many others were missing below the same pins, and came with them.</summary>
    public async Task<long> Run(IReadOnlyList<Cid> damaged, CancellationToken cancellationToken)
    {
        var guards = new CopyRun(node, transfer, guardName);
        var bad = damaged.Select(c => c.Digest).ToHashSet();
        try
        {
            foreach (var cid in damaged)
            {
                while (await node.PinOver(cid, cancellationToken) is { } pin)
                {
                    if (_taken.Count == MaxPins || !_taken.TryAdd(pin.Root, pin))
                        throw new BackupException(ErrorKind.Failed, $"replace block {cid} on {node.Name}: it stays below pin {pin.Root}, or below more than {MaxPins} pins");
                    await Guard(guards, pin.Root, bad, cancellationToken);
                    await node.Release(pin.Root, cancellationToken);
                }
                await node.Remove(cid, cancellationToken);
            }
            await transfer.Send(node, damaged, cancellationToken);
            return guards.Lacking;
        }
        finally
        {
            if (await SetPinsAgain()) await guards.Release(CancellationToken.None);
        }
    }

    // every one of them is tried, and what had failed before stays the error
    private async Task<bool> SetPinsAgain()
    {
        var all = true;
        foreach (var pin in _taken.Values)
        {
            try
            {
                await node.Hold(pin.Root, pin.Name, CancellationToken.None);
            }
            catch (BackupException)
            {
                all = false;
            }
        }
        return all;
    }

    private async Task Guard(CopyRun guards, Cid root, HashSet<Hash256> bad, CancellationToken cancellationToken)
    {
        await foreach (var batch in CopyRun.Batches(DagWalk.From(root, sources.Read, cancellationToken: cancellationToken).Where(c => !bad.Contains(c.Digest))))
            await guards.Copy(batch, cancellationToken);
    }
}
