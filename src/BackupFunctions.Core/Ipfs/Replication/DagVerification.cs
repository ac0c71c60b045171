namespace BackupFunctions.Ipfs.Replication;

/// <summary>Reads a DAG from one node, and no other, and hashes what it gives.</summary>
public static class DagVerification
{
    private const int ParallelReads = 4;

    /// <summary>
    /// Reads every directory and file node, and the raw leaves that <paramref name="choose"/> selects; leaves that are not read must at least
    /// be held. What is missing or damaged is counted; behind a node that cannot be read nothing is seen.
    /// </summary>
    public static async Task<VerifiedBlocks> Run(IIpfsNode node, Cid root, Func<Cid, bool> choose, CancellationToken cancellationToken)
    {
        var blocks = new BlockReader([node]);
        long hashed = 0, total = 0, missing = 0, damaged = 0;
        string? problem = null;
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(new UnixFsReader(blocks).Walk(root, cancellationToken: cancellationToken), options, async (cid, token) =>
            {
                Interlocked.Increment(ref total);
                // the walk itself has read and hashed the nodes
                if (cid.Codec != Cid.RawCodec) Interlocked.Increment(ref hashed);
                else if (choose(cid)) await Hash(cid, token);
                else if (!await node.Has(cid, token)) Count(ErrorKind.NotFound, $"block {cid} is missing");
            });
        }
        catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
        {
            Count(e.Kind, e.Message);
        }
        return new(hashed, total, missing, damaged, problem);

        async Task Hash(Cid cid, CancellationToken token)
        {
            try
            {
                await blocks.Read(cid, token);
                Interlocked.Increment(ref hashed);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
            {
                Count(e.Kind, e.Message);
            }
        }

        void Count(ErrorKind kind, string what)
        {
            if (kind == ErrorKind.NotFound) Interlocked.Increment(ref missing);
            else Interlocked.Increment(ref damaged);
            Interlocked.CompareExchange(ref problem, what, null);
        }
    }
}

/// <summary>Blocks that were read and hashed, of all blocks that the DAG shows; how many are missing and damaged, and the first such problem.</summary>
public sealed record VerifiedBlocks(long Hashed, long Total, long Missing, long Damaged, string? Problem);
