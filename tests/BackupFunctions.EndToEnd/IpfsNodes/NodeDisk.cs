using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.EndToEnd.IpfsNodes;

/// <summary>The block stores of real nodes, past the nodes: a file for each block, named by its hash.</summary>
internal static class NodeDisk
{
    /// <summary>The bytes of every block that lies on the disk of a node.</summary>
    public static IEnumerable<byte[]> Blocks(this IpfsNodePair pair, int node) => Files(pair, node).Select(File.ReadAllBytes);

    /// <summary>The file that holds a block on a node; fails unless there is one.</summary>
    public static string FileOf(this IpfsNodePair pair, int node, Cid cid) => Files(pair, node).Single(f => cid.Matches(File.ReadAllBytes(f)));

    /// <summary>The hashes of the blocks on a node's disk.</summary>
    public static IReadOnlySet<Hash256> Digests(this IpfsNodePair pair, int node) => pair.Blocks(node).Select(b => Cid.Raw(b).Digest).ToHashSet();

    /// <summary>What is below a root, read by our own walk.</summary>
    public static async Task<HashSet<Cid>> Dag(IBlockSource node, Cid root)
    {
        var blocks = new HashSet<Cid>();
        await foreach (var cid in DagWalk.From(root, new BlockReader([node]).Read, cancellationToken: TestContext.Current.CancellationToken)) blocks.Add(cid);
        return blocks;
    }

    private static string[] Files(IpfsNodePair pair, int node) =>
        Directory.GetFiles(Path.Combine(pair.Directory, $"node{node}", "blocks"), "*.data", SearchOption.AllDirectories);
}
