using BackupFunctions.Repositories;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>Brings blocks that a node lacks, or holds damaged, from where they are whole.</summary>
internal sealed class BlockHealing(RepositorySession session, RateLimit? limit)
{
    /// <summary>
    /// Heals these blocks from the others, all or as many as go before one cannot be had; tells what kept the rest from it. What is wrong with this node is the news, so that it is no error of its own.
    /// </summary>
    public async Task<HealedBlocks> Heal(IIpfsNode node, IReadOnlyList<IBlockSource> others, IReadOnlyList<Cid> bad, CancellationToken cancellationToken)
    {
        if (others.Count == 0) return new("there is no other", 0);
        var beside = 0L;
        try
        {
            var sources = new BlockReader(others);
            var transfer = new BlockTransfer(sources, limit);
            await transfer.Send(node, bad, cancellationToken);
            if (await Damaged(node, bad, cancellationToken) is not { Count: > 0 } damaged) return new(null, beside);
            // a node may not write over what it has
            var guardName = PinNames.Guard((await session.Open(cancellationToken)).Id);
            beside = await new BlockReplacement(node, transfer, sources, guardName).Run(damaged, cancellationToken);
            return new(await Damaged(node, damaged, cancellationToken) is { Count: > 0 } still ? $"block {still[0]} is as before" : null, beside);
        }
        catch (BackupException e)
        {
            return new(e.Message, beside);
        }
    }

    /// <summary>Which of these blocks a node lacks or holds damaged.</summary>
    public static async Task<List<Cid>> Damaged(IIpfsNode node, IReadOnlyList<Cid> cids, CancellationToken cancellationToken)
    {
        var blocks = new BlockReader([node]);
        var damaged = new List<Cid>();
        foreach (var cid in cids)
        {
            try
            {
                await blocks.Read(cid, cancellationToken);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
            {
                damaged.Add(cid);
            }
        }
        return damaged;
    }
}

/// <summary>What kept blocks from being healed, null when all are; and how many others the node lacked that came with them.</summary>
internal readonly record struct HealedBlocks(string? Failure, long Beside);
