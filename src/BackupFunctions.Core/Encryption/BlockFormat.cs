using System.Numerics;

namespace BackupFunctions.Encryption;

/// <summary>Sizes of sealed blocks, in bytes.</summary>
public static class BlockFormat
{
    /// <summary>The longest body (F): a Padmé length, so padding never leads beyond it.</summary>
    public const int MaxBodyLength = 1_032_192;

    /// <summary>What stands before the payload in a body: plainLen, payloadLen, codec.</summary>
    public const int BodyPrefixSize = 9;

    /// <summary>The most plaintext that one block takes; it fits even when compression does not help.</summary>
    public const int MaxPlaintextLength = MaxBodyLength - BodyPrefixSize;

    /// <summary>The longest block; within the 1 MiB that every IPFS node accepts.</summary>
    public const int MaxBlockLength = BlockHeader.MaxSize + Hash256.Size + MaxBodyLength + TagSize;

    /// <summary>The default zstd level.</summary>
    public const int DefaultCompressionLevel = 3;

    /// <summary>The highest zstd level.</summary>
    public const int MaxCompressionLevel = 22;

    internal const int TagSize = 16, IvSize = 12;
    internal const byte RawCodec = 0, ZstdCodec = 1;

    /// <summary>
    /// The padded length of this many bytes: hides all but O(log log n) bits of a length for at most 12 % more.
    /// Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PETS 2019.
    /// </summary>
    public static int Padme(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        var e = BitOperations.Log2((uint)length);
        var s = BitOperations.Log2((uint)e) + 1;
        var mask = (1 << (e - s)) - 1;
        return checked(length + mask) & ~mask;
    }
}
