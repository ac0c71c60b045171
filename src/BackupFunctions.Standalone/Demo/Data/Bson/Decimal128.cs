using System.Buffers.Binary;

namespace BackupFunctions.Standalone.Demo.Data.Bson;

/// <summary>Decimal128 in the binary integer encoding (IEEE 754-2008), the 16 bytes as BSON has them: low half first.</summary>
internal static class Decimal128
{
    private const int Bias = 6176;

    /// <summary>Not a number.</summary>
    public static byte[] NaN { get; } = Bits(0x7C00_0000_0000_0000, 0);

    /// <summary>Positive infinity.</summary>
    public static byte[] Infinity { get; } = Bits(0x7800_0000_0000_0000, 0);

    /// <summary>Negative infinity.</summary>
    public static byte[] NegativeInfinity { get; } = Bits(0xF800_0000_0000_0000, 0);

    /// <summary>-0 x 10^<paramref name="exponent"/>.</summary>
    public static byte[] NegativeZero(int exponent) => Bits(0x8000_0000_0000_0000 | ((ulong)(exponent + Bias) << 49), 0);

    /// <summary><paramref name="coefficient"/> x 10^<paramref name="exponent"/>; the exponent is from -6176 to 6111.</summary>
    public static byte[] Encode(Int128 coefficient, int exponent)
    {
        var magnitude = (UInt128)Int128.Abs(coefficient);
        var high = ((ulong)(exponent + Bias) << 49) | (ulong)(magnitude >> 64);
        return Bits(coefficient < 0 ? high | 0x8000_0000_0000_0000 : high, (ulong)magnitude);
    }

    private static byte[] Bits(ulong high, ulong low)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), high);
        return bytes;
    }
}
