using BackupFunctions.Backup;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>Pins the root on one node, and asks whether it really is pinned.</summary>
internal sealed class PinActivity(RepositorySession session) : IActivity<NodeInput, PinResult>
{
    /// <inheritdoc/>
    public ActivityName<NodeInput, PinResult> Name => BackupActivities.PinOnNode;

    /// <inheritdoc/>
    public async Task<PinResult> Run(NodeInput input, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var node = repository.Nodes[input.Node];
        await node.Pin(input.Root, PinNames.Backup(repository.Id), cancellationToken);
        if (!await node.IsPinned(input.Root, cancellationToken))
            throw new BackupException(ErrorKind.Failed, $"pin {input.Root} on {node.Name}: the node answered success but does not list the pin");
        return new(true);
    }
}
