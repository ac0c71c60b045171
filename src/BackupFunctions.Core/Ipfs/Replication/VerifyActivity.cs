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
            var failure = round == HealingRounds ? "more came to light each time" : await Heal(node, found.Bad, cancellationToken);
            if (failure is not null)
                throw new BackupException(found.Damaged > 0 ? ErrorKind.Corrupt : ErrorKind.NotFound,
                    $"verify {input.Root} on {node.Name}: {found.Missing} blocks are missing and {found.Damaged} damaged, the first: {problem}",
                    $"they could not be brought from another copy ({failure}); check the disk of this node");
            healed += found.Bad.Count;
        }
    }

    // gives what kept it from being healed; what was found on this node is the news, so that it is no error of its own
    private async Task<string?> Heal(IIpfsNode node, IReadOnlyList<Cid> bad, CancellationToken cancellationToken)
    {
        var others = nodes.Where(n => n != node).ToList();
        if (others.Count == 0) return "there is no other";
        try
        {
            var sources = new BlockReader(others);
            var transfer = new BlockTransfer(sources, limit);
            await transfer.Send(node, bad, cancellationToken);
            if (await Damaged(node, bad, cancellationToken) is not { Count: > 0 } damaged) return null;
            // a node may not write over what it has
            var guardName = PinNames.Guard((await session.Open(cancellationToken)).Id);
            await new BlockReplacement(node, transfer, sources, guardName).Run(damaged, cancellationToken);
            return await Damaged(node, damaged, cancellationToken) is { Count: > 0 } still ? $"block {still[0]} is as before" : null;
        }
        catch (BackupException e)
        {
            return e.Message;
        }
    }

    private static async Task<List<Cid>> Damaged(IIpfsNode node, IReadOnlyList<Cid> cids, CancellationToken cancellationToken)
    {
        var blocks = new BlockReader([node]);
        var damaged = new List<Cid>();
        foreach (var cid in cids)
        {
            try
            {
                await blocks.Read(cid, cancellationToken);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
            {
                damaged.Add(cid);
            }
        }
        return damaged;
    }

    private static bool InSlice(Cid leaf, uint slices, uint seed)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        leaf.Digest.CopyTo(digest);
        return unchecked(BinaryPrimitives.ReadUInt32LittleEndian(digest) + seed) % slices == 0;
    }
}
