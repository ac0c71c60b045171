using System.Runtime.CompilerServices;

namespace BackupFunctions.Encryption;

/// <summary>Splits concatenated sealed blocks (a file of a backup as <c>ipfs get</c> writes it) by their headers.</summary>
public static class SealedBlockStream
{
    /// <summary>
    /// The blocks in their order, not opened; each is valid until the next is asked for. Holds one block in memory. Fails with
    /// <see cref="ErrorKind.Corrupt"/>, naming the offset, where no block starts or one is cut off. The stream is not disposed.
    /// </summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Read(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var rented = new SecretBuffer(BlockFormat.MaxBlockLength);
        var buffer = rented.Memory;
        long offset = 0;
        var held = 0;
        while (true)
        {
            held += await Fill(stream, buffer[held..], BlockHeader.MaxSize - held, cancellationToken);
            if (held == 0) yield break;
            var length = Header(buffer.Span[..held], offset).BlockLength;
            held += await Fill(stream, buffer[held..], length - held, cancellationToken);
            if (held < length) throw BackupException.Corrupt($"read block at offset {offset}: truncated, {held} of {length} bytes");
            yield return buffer[..length];
            buffer[length..held].CopyTo(buffer);
            (held, offset) = (held - length, offset + length);
        }
    }

    // reads at least this many bytes, fewer only at the end of the stream
    private static async ValueTask<int> Fill(Stream stream, Memory<byte> destination, int atLeast, CancellationToken cancellationToken) =>
        atLeast <= 0 ? 0 : await stream.ReadAtLeastAsync(destination[..atLeast], atLeast, throwOnEndOfStream: false, cancellationToken);

    private static BlockHeader Header(ReadOnlySpan<byte> start, long offset)
    {
        try
        {
            return BlockHeader.Parse(start);
        }
        catch (BackupException e)
        {
            throw new BackupException(e.Kind, $"read block at offset {offset}: {e.Message}", e.Hint, e);
        }
    }
}
