using System.Buffers.Binary;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification;

/// <summary>
/// Checks the blocks of one copy: pinned, every directory and list whole, leaves hashed or, outside the sample, held. A node that cannot be reached is an error and
/// no finding.
/// </summary>
internal sealed class VerifyBlocksActivity(IReadOnlyList<IIpfsNode> nodes, TimeProvider time) : IActivity<VerifyBlocksInput, BlocksVerified>
{
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(3);

    /// <inheritdoc/>
    public ActivityName<VerifyBlocksInput, BlocksVerified> Name => VerificationActivities.VerifyBlocks;

    /// <inheritdoc/>
    public async Task<BlocksVerified> Run(VerifyBlocksInput input, CancellationToken cancellationToken)
    {
        var node = nodes[input.Node];
        var pinned = await node.IsPinned(input.Root, cancellationToken);
        var started = time.GetTimestamp();
        var found = await DagVerification.RunFrom(
            node, input.Root, input.From, () => time.GetElapsedTime(started) >= Turn, leaf => Chosen(leaf, input.Share, input.Seed), cancellationToken);
        return new(pinned, found.Total, found.Hashed, found.Missing, found.Damaged, found.Problem, found.Next);
    }

    // the digest is uniform: its first 32 bits, shifted by the seed, pick a share of the leaves
    private static bool Chosen(Cid leaf, double share, uint seed)
    {
        if (share >= 1) return true;
        Span<byte> digest = stackalloc byte[Hash256.Size];
        leaf.Digest.CopyTo(digest);
        return unchecked(BinaryPrimitives.ReadUInt32LittleEndian(digest) + seed) < share * uint.MaxValue;
    }
}
