using BackupFunctions.Ipfs;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>Deletes what no pin reaches, a part at a time; nothing on nodes that do that by themselves. Only under the exclusive lock.</summary>
internal sealed class CollectGarbageActivity(IReadOnlyList<IIpfsNode> nodes) : IActivity<CollectInput, CollectResult>
{
    /// <inheritdoc/>
    public ActivityName<CollectInput, CollectResult> Name => RetentionActivities.CollectGarbage;

    /// <inheritdoc/>
    public async Task<CollectResult> Run(CollectInput input, CancellationToken cancellationToken)
    {
        if (nodes[input.Node] is not VaultNode vault) return new(true, 0);
        var collected = await vault.CollectGarbage(input.Everything ? 0 : VaultCollection.UsualShare, cancellationToken);
        return new(collected.Done, collected.Bytes);
    }
}
