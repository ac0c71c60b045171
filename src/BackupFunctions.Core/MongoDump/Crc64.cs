namespace BackupFunctions.MongoDump;

/// <summary>
/// CRC-64/XZ (reflected ECMA-182 polynomial, all ones in and out), which mongodump archives keep per collection.
/// Check value of <c>123456789</c>: 995dc9bbdf1939fa. Not thread-safe.
/// </summary>
public sealed class Crc64
{
    private static readonly CrcTable Table = new(0xC96C5795D7870F42);
    private ulong _state = ulong.MaxValue;

    /// <summary>The checksum of everything appended so far.</summary>
    public ulong Value => ~_state;

    /// <summary>Adds bytes to the checksum.</summary>
    public void Append(ReadOnlySpan<byte> data) => _state = Table.Fold(_state, data);
}
