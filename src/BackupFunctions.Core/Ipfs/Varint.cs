using System.Buffers;

namespace BackupFunctions.Ipfs;

/// <summary>
/// Unsigned LEB128 as multiformats and protobuf use it, at most 63 bits. Only the shortest form is read.
/// Source: github.com/multiformats/unsigned-varint.
/// </summary>
internal static class Varint
{
    /// <summary>Longest form in bytes.</summary>
    public const int MaxSize = 9;

    /// <summary>Bytes that a value takes.</summary>
    public static int SizeOf(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var size = 1;
        while ((value >>= 7) != 0) size++;
        return size;
    }

    /// <summary>Writes a value that is not negative; returns the bytes written.</summary>
    public static int Write(Span<byte> destination, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var at = 0;
        for (; value >= 0x80; value >>= 7) destination[at++] = (byte)(value | 0x80);
        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>
    /// Reads a value from the start: <see cref="OperationStatus.Done"/>, <see cref="OperationStatus.NeedMoreData"/> when it ends early,
    /// <see cref="OperationStatus.InvalidData"/> when it is longer than needed or than 63 bits.
    /// </summary>
    public static OperationStatus Read(ReadOnlySpan<byte> source, out long value, out int size)
    {
        (value, size) = (0, 0);
        while (true)
        {
            if (size == MaxSize) return OperationStatus.InvalidData;
            if (size == source.Length) return OperationStatus.NeedMoreData;
            var b = source[size];
            value |= (long)(b & 0x7f) << (7 * size++);
            if (b >= 0x80) continue;
            return b == 0 && size > 1 ? OperationStatus.InvalidData : OperationStatus.Done;
        }
    }
}
