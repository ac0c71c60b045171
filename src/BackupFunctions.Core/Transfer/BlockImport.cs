using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;

namespace BackupFunctions.Transfer;

/// <summary>
/// Stores the blocks of a CAR file on nodes, whatever they are, pins its root, and reads all back. Works in batches, each held by a guard, so that one that was
/// stopped goes on behind them.
/// </summary>
internal static class BlockImport
{
    private const string PinName = "backupfunctions/import", GuardName = "backupfunctions/import/guard";

    /// <summary>Imports into all nodes at once; fails when none took it.</summary>
    public static async Task<ImportedBlocks> Run(CarFile car, IReadOnlyList<IIpfsNode> nodes, RateLimit? limit, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(nodes.Select(n => Try(car, n, limit, progress, cancellationToken)));
        if (outcomes.All(o => o.Problem is not null) && outcomes is [{ Problem: { } first }, ..])
            throw new BackupException(first.Kind, $"import {car.Name} into any node: {string.Join("; ", outcomes.Select(o => o.Problem!.Message))}", first.Hint, first);
        return new(car.Root, outcomes);
    }

    private static async Task<BlocksOnNode> Try(CarFile car, IIpfsNode node, RateLimit? limit, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return new(node.Name, (await ToNode(car, node, limit, progress, cancellationToken)).Hashed, null);
        }
        catch (BackupException e)
        {
            return new(node.Name, 0, e);
        }
    }

    private static async Task<VerifiedBlocks> ToNode(CarFile car, IIpfsNode node, RateLimit? limit, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var source = new BlockReader([car]);
        var run = new CopyRun(node, new BlockTransfer(source, limit), GuardName);
        await foreach (var batch in CopyRun.Batches(DagWalk.From(car.Root, source.Read, cancellationToken: cancellationToken)))
        {
            await run.Copy(batch, cancellationToken);
            progress?.Invoke(run.Blocks, run.Bytes);
        }
        await node.Pin(car.Root, PinName, cancellationToken);
        await run.Release(cancellationToken);
        var found = await DagVerification.Run(node, car.Root, _ => true, cancellationToken);
        return found.Problem is null ? found : throw new BackupException(
            found.Damaged > 0 ? ErrorKind.Corrupt : ErrorKind.Failed, $"verify {car.Root} on {node.Name}: {found.Missing} blocks are missing and {found.Damaged} damaged, the first: {found.Problem}", "check the disk of this node");
    }
}

/// <summary>The root of a CAR that was imported, and what each node made of it.</summary>
public sealed record ImportedBlocks(Cid Root, IReadOnlyList<BlocksOnNode> Nodes);

/// <summary>Blocks that were read back from a node and hashed, or what kept it from holding them.</summary>
public sealed record BlocksOnNode(string Node, long Verified, BackupException? Problem);
