using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Backup;

/// <summary>Reads back what <see cref="SealedFile"/> wrote.</summary>
internal static class SealedFileReader
{
    /// <summary>Objects are indexes, lists and revisions: more than this is none of ours. In bytes.</summary>
    private const long MaxSize = 1024L * 1024 * 1024;

    /// <summary>The sealed blocks that are the leaves of this file, verified by hash, in order.</summary>
    public static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> Blocks(UnixFsReader files, Cid file, CancellationToken cancellationToken)
    {
        var blocks = new List<ReadOnlyMemory<byte>>();
        await foreach (var block in files.Blocks(file, maxSize: MaxSize, cancellationToken: cancellationToken)) blocks.Add(block.Data);
        return blocks;
    }

    /// <summary>The plaintext of a sealed object; its context must be the one given, if one is.</summary>
    public static async Task<byte[]> Read(
        UnixFsReader files, BlockOpener opener, Cid file, BlockType type, ReadOnlyMemory<byte>? context, CancellationToken cancellationToken) =>
        SealedObject.Open(opener, type, context, await Blocks(files, file, cancellationToken));
}
