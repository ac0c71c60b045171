using BackupFunctions.Backup;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>Sends the staged segments of a root to one node. The node stores each block once, so running it again sends, but adds nothing. A limit holds for
/// all nodes together.</summary>
internal sealed class UploadActivity(
    IReadOnlyList<IIpfsNode> nodes, IStaging staging, StagedObjects staged, RateLimit? limit = null) : IActivity<NodeInput, UploadResult>
{
    /// <inheritdoc/>
    public ActivityName<NodeInput, UploadResult> Name => BackupActivities.UploadToNode;

    /// <inheritdoc/>
    public async Task<UploadResult> Run(NodeInput input, CancellationToken cancellationToken)
    {
        var list = await staged.Load<UploadList>(input.Backup, AssembleActivity.UploadListName(input.Root), cancellationToken);
        long blocks = 0, bytes = 0;
        foreach (var segment in list.Segments)
        {
            var imported = await nodes[input.Node].Import(Open, cancellationToken);
            blocks += imported.Blocks;
            bytes += imported.Bytes;

            async Task<Stream> Open(CancellationToken token)
            {
                var read = await staging.OpenRead(input.Backup.ToString(), segment, token);
                return limit is null ? read : new RateLimitedStream(read, limit);
            }
        }
        return new(blocks, bytes);
    }
}
