using System.Buffers.Binary;
using BackupFunctions.Backup;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Reads a backup's blocks back from one node and hashes them: every block up to <see cref="FullBytes"/>, beyond that every directory and
/// file node and a slice of the leaves that the seed chooses, so that slices of different runs differ. What is missing or damaged is brought from
/// the other nodes and the local vault, and then all is read once more.
/// </summary>
internal sealed class VerifyActivity(RepositorySession session, IReadOnlyList<IIpfsNode> nodes, TimeProvider time, RateLimit? limit = null) : IActivity<VerifyInput, VerifyResult>
{
    private const long FullBytes = 4L * 1024 * 1024 * 1024;

    // behind a damaged node more may come to light, level by level
    private const int HealingRounds = 16;

    private readonly BlockHealing _healing = new(session, limit);

    /// <inheritdoc/>
    public ActivityName<VerifyInput, VerifyResult> Name => BackupActivities.VerifyNode;

    /// <inheritdoc/>
    public async Task<VerifyResult> Run(VerifyInput input, CancellationToken cancellationToken)
    {
        var node = nodes[input.Node];
        var identity = await node.Identify(cancellationToken);
        if (!await node.IsPinned(input.Root, cancellationToken))
            throw new BackupException(ErrorKind.Failed, $"verify {input.Root} on {node.Name}: the root is not pinned");

        var slices = (uint)Math.Max(1, (input.StoredBytes + FullBytes - 1) / FullBytes);
        long healed = 0;
        string? fault = null;
        for (var round = 1; ; round++)
        {
            var found = await DagVerification.Run(node, input.Root, leaf => InSlice(leaf, slices, input.Seed), cancellationToken);
            if (found.Problem is not { } problem) return new(new(identity.Id, node.Name, time.GetUtcNow(), found.Hashed, found.Total), healed, fault);
            fault ??= problem;
            var failure = round == HealingRounds ? "more came to light each time" : (await _healing.Heal(node, [.. nodes.Where(n => n != node)], found.Bad, cancellationToken)).Failure;
            if (failure is not null)
                throw new BackupException(found.Damaged > 0 ? ErrorKind.Corrupt : ErrorKind.NotFound,
                    $"verify {input.Root} on {node.Name}: {found.Missing} blocks are missing and {found.Damaged} damaged, the first: {problem}",
                    $"they could not be brought from another copy ({failure}); check the disk of this node");
            healed += found.Bad.Count;
        }
    }

    private static bool InSlice(Cid leaf, uint slices, uint seed)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        leaf.Digest.CopyTo(digest);
        return unchecked(BinaryPrimitives.ReadUInt32LittleEndian(digest) + seed) % slices == 0;
    }
}
