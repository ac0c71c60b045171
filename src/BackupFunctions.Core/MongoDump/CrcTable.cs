using System.Buffers.Binary;

namespace BackupFunctions.MongoDump;

/// <summary>Folds bytes into a reflected checksum of up to 64 bits, eight at a time.</summary>
internal sealed class CrcTable
{
    private const int Slices = 8;

    // table n holds the checksum of a byte followed by n zero bytes
    private readonly ulong[] _tables = new ulong[Slices * 256];

    /// <summary>Prepares the tables of a polynomial in its reflected form.</summary>
    public CrcTable(ulong reflectedPolynomial)
    {
        for (var i = 0; i < 256; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ reflectedPolynomial;
            _tables[i] = value;
        }
        for (var i = 256; i < _tables.Length; i++)
        {
            var shorter = _tables[i - 256];
            _tables[i] = _tables[(byte)shorter] ^ (shorter >> 8);
        }
    }

    /// <summary>The state after some more bytes.</summary>
    public ulong Fold(ulong state, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<ulong> t = _tables;
        for (; data.Length >= Slices; data = data[Slices..])
        {
            var x = state ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            state = t[(7 * 256) + (byte)x] ^ t[(6 * 256) + (byte)(x >> 8)] ^ t[(5 * 256) + (byte)(x >> 16)] ^ t[(4 * 256) + (byte)(x >> 24)]
                ^ t[(3 * 256) + (byte)(x >> 32)] ^ t[(2 * 256) + (byte)(x >> 40)] ^ t[256 + (byte)(x >> 48)] ^ t[(byte)(x >> 56)];
        }
        foreach (var b in data) state = t[(byte)(state ^ b)] ^ (state >> 8);
        return state;
    }
}
