namespace BackupFunctions.Ipfs.Replication;

/// <summary>Reads a DAG from one node, and no other, and hashes what it gives.</summary>
public static class DagVerification
{
    private const int ParallelReads = 4;

    /// <summary>
    /// Reads every directory and file node, and the raw leaves that <paramref name="choose"/> selects; leaves that are not read must at least
    /// be held. A block that is missing fails with <see cref="ErrorKind.NotFound"/>, one with other bytes with <see cref="ErrorKind.Corrupt"/>.
    /// </summary>
    public static async Task<VerifiedBlocks> Run(IIpfsNode node, Cid root, Func<Cid, bool> choose, CancellationToken cancellationToken)
    {
        var blocks = new BlockReader([node]);
        long hashed = 0, total = 0;
        await Parallel.ForEachAsync(new UnixFsReader(blocks).Walk(root, cancellationToken: cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken },
            async (cid, token) =>
            {
                Interlocked.Increment(ref total);
                if (cid.Codec != Cid.RawCodec)
                {
                    // the walk itself has read and hashed it
                    Interlocked.Increment(ref hashed);
                }
                else if (choose(cid))
                {
                    await blocks.Read(cid, token);
                    Interlocked.Increment(ref hashed);
                }
                else if (!await node.Has(cid, token))
                {
                    throw BackupException.NotFound($"verify {root} on {node.Name}: block {cid} is missing");
                }
            });
        return new(hashed, total);
    }
}

/// <summary>Blocks that were read and hashed, of all blocks of the DAG.</summary>
public sealed record VerifiedBlocks(long Hashed, long Total);
