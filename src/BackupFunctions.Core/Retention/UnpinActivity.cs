using BackupFunctions.Ipfs;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>Takes pins away on one node, and asks whether they really are gone.</summary>
internal sealed class UnpinActivity(IReadOnlyList<IIpfsNode> nodes) : IActivity<UnpinInput, UnpinResult>
{
    /// <inheritdoc/>
    public ActivityName<UnpinInput, UnpinResult> Name => RetentionActivities.UnpinOnNode;

    /// <inheritdoc/>
    public async Task<UnpinResult> Run(UnpinInput input, CancellationToken cancellationToken)
    {
        var node = nodes[input.Node];
        var unpinned = 0;
        foreach (var root in input.Roots.Distinct())
        {
            if (!await node.IsPinned(root, cancellationToken)) continue;
            await node.Unpin(root, cancellationToken);
            if (await node.IsPinned(root, cancellationToken))
                throw new BackupException(ErrorKind.Failed, $"unpin {root} on {node.Name}: the node answered success but still lists the pin");
            unpinned++;
        }
        return new(unpinned);
    }
}
