using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Restore;

namespace BackupFunctions.Verification;

/// <summary>
/// Checks one copy of a backup on one node, with the key: pinned, every directory and list whole, and the chunks: opened, hashed and compared
/// with the recorded hash of their file; or, for a sample, hashed only.
/// </summary>
public static class BackupVerifier
{
    /// <summary>
    /// Verifies a share of the chunks, 0 &lt; share &lt;= 1, chosen by the seed. Findings are sentences; none means that all is well. A node
    /// that cannot be reached is thrown, not found.
    /// </summary>
    public static async Task<VerificationReport> Run(IIpfsNode node, Cid root, IKeySource keys, double share, uint seed, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var findings = new List<string>();
        var pinned = await node.IsPinned(root, cancellationToken);
        if (!pinned) findings.Add($"{root} is not pinned");
        var blocks = await DagVerification.Run(node, root, leaf => Chosen(leaf, share, seed), cancellationToken);
        if (blocks.Problem is not null) findings.Add(blocks.Problem);
        long files = 0;
        if (blocks.Problem is null)
        {
            using var backup = await OpenedBackup.Open(new DagContent(new BlockReader([node]), root), keys, cancellationToken);
            files = await ReadFiles(backup, share >= 1, findings, progress, cancellationToken);
        }
        return new(node.Name, pinned, blocks, files, findings);
    }

    private static async Task<long> ReadFiles(OpenedBackup backup, bool whole, List<string> findings, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var files = backup.Index.Collections.SelectMany(c => c.Files).ToList();
        var total = files.Sum(f => f.Bytes);
        long done = 0;
        foreach (var file in files)
        {
            try
            {
                if (whole) await foreach (var stretch in backup.ReadFile(file, cancellationToken)) progress?.Invoke(done += stretch.Length, total);
                else await backup.ReadList(file, cancellationToken);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
            {
                findings.Add(e.Message);
            }
        }
        return files.Count;
    }

    // the digest is uniform: its first 32 bits, shifted by the seed, pick a share of the leaves
    private static bool Chosen(Cid leaf, double share, uint seed)
    {
        if (share >= 1) return true;
        Span<byte> digest = stackalloc byte[Hash256.Size];
        leaf.Digest.CopyTo(digest);
        return unchecked(BitConverter.ToUInt32(digest) + seed) < share * uint.MaxValue;
    }
}

/// <summary>What was checked on a node, and what is wrong there.</summary>
public sealed record VerificationReport(string Node, bool Pinned, VerifiedBlocks Blocks, long Files, IReadOnlyList<string> Findings);
