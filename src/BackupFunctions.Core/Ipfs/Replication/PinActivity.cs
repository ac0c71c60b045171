using BackupFunctions.Backup;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>Pins the root on one node, asks whether it really is pinned, and releases the guards of its staged segments.</summary>
internal sealed class PinActivity(RepositorySession session, IReadOnlyList<IIpfsNode> nodes, StagedObjects staged) : IActivity<NodeInput, PinResult>
{
    /// <inheritdoc/>
    public ActivityName<NodeInput, PinResult> Name => BackupActivities.PinOnNode;

    /// <inheritdoc/>
    public async Task<PinResult> Run(NodeInput input, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var node = nodes[input.Node];
        await node.Pin(input.Root, PinNames.Backup(repository.Id), cancellationToken);
        if (!await node.IsPinned(input.Root, cancellationToken))
            throw new BackupException(ErrorKind.Failed, $"pin {input.Root} on {node.Name}: the node answered success but does not list the pin");
        foreach (var segment in await Segments(input.Backup, cancellationToken)) await node.Release(segment.Guard, cancellationToken);
        return new(true);
    }

    // a backup that came from the other node has nothing staged any more
    private async Task<IReadOnlyList<StagedCar>> Segments(BackupId backup, CancellationToken cancellationToken)
    {
        try
        {
            return (await staged.Load<StagedBackup>(backup, StagedBackup.RecordName, cancellationToken)).Segments;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            return [];
        }
    }
}
