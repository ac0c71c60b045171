using System.Buffers.Binary;

namespace BackupFunctions.MongoDump;

/// <summary>
/// CRC-64/XZ (reflected ECMA-182 polynomial, all ones in and out), which mongodump archives keep per collection.
/// Check value of <c>123456789</c>: 995dc9bbdf1939fa. Not thread-safe.
/// </summary>
public sealed class Crc64
{
    private const ulong ReflectedPolynomial = 0xC96C5795D7870F42;
    private const int Slices = 8;
    private static readonly ulong[] Tables = BuildTables();
    private ulong _state = ulong.MaxValue;

    /// <summary>The checksum of everything appended so far.</summary>
    public ulong Value => ~_state;

    /// <summary>Adds bytes to the checksum.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        var state = _state;
        ReadOnlySpan<ulong> t = Tables;
        for (; data.Length >= Slices; data = data[Slices..])
        {
            var x = state ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            state = t[(7 * 256) + (byte)x] ^ t[(6 * 256) + (byte)(x >> 8)] ^ t[(5 * 256) + (byte)(x >> 16)] ^ t[(4 * 256) + (byte)(x >> 24)]
                ^ t[(3 * 256) + (byte)(x >> 32)] ^ t[(2 * 256) + (byte)(x >> 40)] ^ t[256 + (byte)(x >> 48)] ^ t[(byte)(x >> 56)];
        }
        foreach (var b in data) state = t[(byte)(state ^ b)] ^ (state >> 8);
        _state = state;
    }

    /// <summary>Table n holds the checksum of a byte followed by n zero bytes, so that eight bytes are folded at once.</summary>
    private static ulong[] BuildTables()
    {
        var tables = new ulong[Slices * 256];
        for (var i = 0; i < 256; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ ReflectedPolynomial;
            tables[i] = value;
        }
        for (var i = 256; i < tables.Length; i++)
        {
            var shorter = tables[i - 256];
            tables[i] = tables[(byte)shorter] ^ (shorter >> 8);
        }
        return tables;
    }
}
