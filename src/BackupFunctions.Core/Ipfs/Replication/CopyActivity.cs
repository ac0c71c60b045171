using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Brings what one node lacks of a backup from the other nodes and the local vault, and pins it; MongoDB and staging are not needed. Works in batches in the
/// order of the DAG, each held by a guard, for half a minute at a time: run again, it finds the same guards and goes on behind them.
/// </summary>
internal sealed class CopyActivity(RepositorySession session, IReadOnlyList<IIpfsNode> nodes, ManifestStore manifest, TimeProvider time, RateLimit? limit = null)
    : IActivity<NodeInput, CopyResult>
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ActivityName<NodeInput, CopyResult> Name => BackupActivities.CopyToNode;

    /// <inheritdoc/>
    public async Task<CopyResult> Run(NodeInput input, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var target = nodes[input.Node];
        var sources = new BlockReader([.. nodes.Where(n => n != target), target]);
        var run = new CopyRun(target, new BlockTransfer(sources, limit), PinNames.Guard(repository.Id));
        var held = await HeldNodes(target, sources, input, cancellationToken);
        long? started = null;
        await foreach (var batch in CopyRun.Batches(DagWalk.From(input.Root, sources.Read, skip: held.Contains, cancellationToken: cancellationToken)))
        {
            if (started is { } since && time.GetElapsedTime(since) >= Turn) return new(false, run.Blocks, run.Bytes);
            // the walk over what is there already takes its time too, and no turn may end without having moved something
            if (await run.Copy(batch, cancellationToken)) started ??= time.GetTimestamp();
        }
        await target.Pin(input.Root, PinNames.Backup(repository.Id), cancellationToken);
        await run.Release(cancellationToken);
        return new(true, run.Blocks, run.Bytes);
    }

    // what the newest other full backup shares with this one need not be looked at block by block, if its pin keeps it there
    private async Task<HashSet<Cid>> HeldNodes(IIpfsNode target, BlockReader sources, NodeInput input, CancellationToken cancellationToken)
    {
        var id = (await target.Identify(cancellationToken)).Id;
        var state = await manifest.Load(cancellationToken);
        var full = state.Backups.LastOrDefault(b => b.Type == BackupType.Full && b.Id != input.Backup && !state.IsDamaged(b.Id) && b.Copies.Any(c => c.NodeId == id));
        var held = new HashSet<Cid>();
        if (full is null || !await target.IsPinned(full.Root, cancellationToken)) return held;
        await foreach (var cid in DagWalk.From(full.Root, sources.Read, cancellationToken: cancellationToken))
        {
            if (cid.Codec == Cid.DagPbCodec) held.Add(cid);
        }
        return held;
    }
}
