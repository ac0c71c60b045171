using System.Collections.Concurrent;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>Reads a DAG from one node, and no other, and hashes what it gives.</summary>
public static class DagVerification
{
    private const int ParallelReads = 4;
    private const int MaxListed = 1024;

    /// <summary>
    /// Reads every directory and file node, and the raw leaves that <paramref name="choose"/> selects; leaves that are not read must at least
    /// be held. What is missing or damaged is counted; behind a node that cannot be read nothing is seen.
    /// </summary>
    public static Task<VerifiedBlocks> Run(IIpfsNode node, Cid root, Func<Cid, bool> choose, CancellationToken cancellationToken) =>
        RunFrom(node, root, 0, () => false, choose, cancellationToken);

    /// <summary>
    /// The same for a stretch: passes over the first blocks, <paramref name="from"/> of them, and ends, behind one block at least, when <paramref name="isOver"/>. The counts of all stretches add
    /// up to those of one run.
    /// </summary>
    public static async Task<VerifiedBlocks> RunFrom(IIpfsNode node, Cid root, long from, Func<bool> isOver, Func<Cid, bool> choose, CancellationToken cancellationToken)
    {
        var blocks = new BlockReader([node]);
        var bad = new ConcurrentQueue<Cid>();
        long hashed = 0, total = 0, missing = 0, damaged = 0;
        string? problem = null;
        long? next = null;
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(Stretch(), options, async (cid, token) =>
            {
                Interlocked.Increment(ref total);
                // the walk itself has read and hashed the nodes
                if (cid.Codec != Cid.RawCodec) Interlocked.Increment(ref hashed);
                else if (choose(cid)) await Hash(cid, token);
                else if (!await node.Has(cid, token)) Count(cid, ErrorKind.NotFound, $"block {cid} is missing");
            });
        }
        catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
        {
            problem ??= e.Message;
        }
        return new(hashed, total, missing, damaged, problem, [.. bad], next);

        async IAsyncEnumerable<Cid> Stretch()
        {
            long at = 0;
            await foreach (var cid in DagWalk.From(root, Read, cancellationToken: cancellationToken))
            {
                if (at > from && isOver())
                {
                    next = at;
                    yield break;
                }
                if (at++ >= from) yield return cid;
            }
        }

        async Task Hash(Cid cid, CancellationToken token)
        {
            try
            {
                await Read(cid, token);
                Interlocked.Increment(ref hashed);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
            {
                // counted
            }
        }

        async Task<byte[]> Read(Cid cid, CancellationToken token)
        {
            try
            {
                return await blocks.Read(cid, token);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
            {
                Count(cid, e.Kind, e.Message);
                throw;
            }
        }

        void Count(Cid cid, ErrorKind kind, string what)
        {
            if (kind == ErrorKind.NotFound) Interlocked.Increment(ref missing);
            else Interlocked.Increment(ref damaged);
            if (bad.Count < MaxListed) bad.Enqueue(cid);
            Interlocked.CompareExchange(ref problem, what, null);
        }
    }
}

/// <summary>
/// Blocks that were read and hashed, of all blocks that the DAG shows; how many are missing and damaged, the first such problem, and the first thousand or so
/// of them; and, when the stretch ended before the DAG did, how many blocks lie before the next one.
/// </summary>
public sealed record VerifiedBlocks(long Hashed, long Total, long Missing, long Damaged, string? Problem, IReadOnlyList<Cid> Bad, long? Next = null);
