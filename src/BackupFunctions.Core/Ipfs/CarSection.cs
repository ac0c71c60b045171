using System.Buffers;

namespace BackupFunctions.Ipfs;

/// <summary>One block of a CARv1 payload, read by its position.</summary>
internal static class CarSection
{
    /// <summary>The bytes of the block whose section starts at this position; null when another block, or none, is there. They are not hashed.</summary>
    public static async Task<byte[]?> Read(Stream car, long position, Hash256 digest, CancellationToken cancellationToken)
    {
        car.Position = position;
        var head = new byte[Varint.MaxSize + Cid.Size];
        var read = await car.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        if (Varint.Read(head.AsSpan(0, read), out var length, out var size) != OperationStatus.Done) return null;
        if (length is < Cid.Size or > Cid.Size + BlockReader.MaxBlockSize || read < size + Cid.Size) return null;
        if (new Hash256(head.AsSpan(size + 4, Hash256.Size)) != digest) return null;
        var data = new byte[length - Cid.Size];
        var early = Math.Min(read - size - Cid.Size, data.Length);
        head.AsSpan(size + Cid.Size, early).CopyTo(data);
        read = await car.ReadAtLeastAsync(data.AsMemory(early), data.Length - early, throwOnEndOfStream: false, cancellationToken);
        return early + read == data.Length ? data : null;
    }
}
