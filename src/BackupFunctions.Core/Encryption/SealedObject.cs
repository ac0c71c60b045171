using System.Buffers;

namespace BackupFunctions.Encryption;

/// <summary>
/// Objects of one or more blocks: the plaintext in pieces of <see cref="BlockFormat.MaxPlaintextLength"/> bytes, the last one shorter; seq
/// counts from 0 and the last block says so. An empty object is one block.
/// </summary>
public static class SealedObject
{
    /// <summary>Seals an object; the blocks are copies and stay valid.</summary>
    public static IReadOnlyList<SealedBlock> Seal(BlockSealer sealer, BlockType type, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext)
    {
        var blocks = new List<SealedBlock>();
        bool last;
        do
        {
            var piece = plaintext[..Math.Min(plaintext.Length, BlockFormat.MaxPlaintextLength)];
            plaintext = plaintext[piece.Length..];
            last = plaintext.IsEmpty;
            var block = sealer.Seal(type, (uint)blocks.Count, last, context, piece);
            blocks.Add(block with { Bytes = block.Bytes.ToArray() });
        }
        while (!last);
        return blocks;
    }

    /// <summary>
    /// Opens all blocks of an object, which must have this context when one is given. Fails with <see cref="ErrorKind.Corrupt"/> for a
    /// missing, swapped, foreign or surplus block.
    /// </summary>
    public static byte[] Open(BlockOpener opener, BlockType type, ReadOnlyMemory<byte>? expectedContext, IEnumerable<ReadOnlyMemory<byte>> blocks)
    {
        var reader = new SealedObjectReader(opener, type, expectedContext);
        var plaintext = new ArrayBufferWriter<byte>();
        foreach (var block in blocks) plaintext.Write(reader.Open(block.Span).Span);
        reader.Finish();
        return plaintext.WrittenSpan.ToArray();
    }

    /// <summary>Opens an object from its concatenated blocks, as <c>ipfs get</c> writes them. The stream is read to its end and not disposed.</summary>
    public static async Task<byte[]> Open(
        BlockOpener opener, BlockType type, ReadOnlyMemory<byte>? expectedContext, Stream blocks, CancellationToken cancellationToken)
    {
        var reader = new SealedObjectReader(opener, type, expectedContext);
        var plaintext = new ArrayBufferWriter<byte>();
        await foreach (var block in SealedBlockStream.Read(blocks, cancellationToken)) plaintext.Write(reader.Open(block.Span).Span);
        reader.Finish();
        return plaintext.WrittenSpan.ToArray();
    }
}
