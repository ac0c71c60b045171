using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Backup;

/// <summary>A sealed object as a UnixFS file: its leaves are the object's blocks.</summary>
internal sealed record SealedFile(UnixFsFile File, IReadOnlyList<Block> Blocks)
{
    /// <summary>Seals the object and builds its file. The blocks are leaves first, then nodes.</summary>
    public static SealedFile Seal(BlockSealer sealer, BlockType type, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext) =>
        Of(SealedObject.Seal(sealer, type, context, plaintext).Select(b => new Block(b.Cid, b.Bytes)));

    /// <summary>A file of these leaves.</summary>
    public static SealedFile Of(IEnumerable<Block> leaves)
    {
        var blocks = leaves.ToList();
        var nodes = new List<Block>();
        var dag = new UnixFsFileBuilder(nodes.Add);
        foreach (var leaf in blocks) dag.AddLeaf(leaf.Cid, leaf.Data.Length);
        return new(dag.Finish(), [.. blocks, .. nodes]);
    }
}
