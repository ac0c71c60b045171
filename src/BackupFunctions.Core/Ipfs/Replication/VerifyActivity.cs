using System.Buffers.Binary;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Reads a backup's blocks back from one node and hashes them: every block up to <see cref="FullBytes"/>, beyond that every directory and
/// file node and a slice of the leaves that the seed chooses, so that slices of different runs differ.
/// </summary>
internal sealed class VerifyActivity(IReadOnlyList<IIpfsNode> nodes, StagedObjects staged, TimeProvider time) : IActivity<VerifyInput, NodeCopy>
{
    private const long FullBytes = 4L * 1024 * 1024 * 1024;

    /// <inheritdoc/>
    public ActivityName<VerifyInput, NodeCopy> Name => BackupActivities.VerifyNode;

    /// <inheritdoc/>
    public async Task<NodeCopy> Run(VerifyInput input, CancellationToken cancellationToken)
    {
        var node = nodes[input.Node];
        var identity = await node.Identify(cancellationToken);
        if (!await node.IsPinned(input.Root, cancellationToken))
            throw new BackupException(ErrorKind.Failed, $"verify {input.Root} on {node.Name}: the root is not pinned");

        var stored = (await staged.Load<UploadList>(input.Backup, AssembleActivity.UploadListName(input.Root), cancellationToken)).StoredBytes;
        var slices = (uint)Math.Max(1, (stored + FullBytes - 1) / FullBytes);
        var checkedBlocks = await DagVerification.Run(node, input.Root, leaf => InSlice(leaf, slices, input.Seed), cancellationToken);
        if (checkedBlocks.Problem is { } problem)
            throw new BackupException(checkedBlocks.Damaged > 0 ? ErrorKind.Corrupt : ErrorKind.NotFound,
                $"verify {input.Root} on {node.Name}: {checkedBlocks.Missing} blocks are missing and {checkedBlocks.Damaged} damaged, the first: {problem}");
        return new(identity.Id, node.Name, time.GetUtcNow(), checkedBlocks.Hashed, checkedBlocks.Total);
    }

    private static bool InSlice(Cid leaf, uint slices, uint seed)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        leaf.Digest.CopyTo(digest);
        return unchecked(BinaryPrimitives.ReadUInt32LittleEndian(digest) + seed) % slices == 0;
    }
}
