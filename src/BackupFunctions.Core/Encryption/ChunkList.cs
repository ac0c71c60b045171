using System.Buffers.Binary;

namespace BackupFunctions.Encryption;

/// <summary>
/// The chunks of one file in their order; the plaintext of a List object (docs/format.md, "Lists"). The zstd level is the one that the
/// plaintext ids were computed with, so that a restore can compute them again.
/// </summary>
public sealed record ChunkList(int CompressionLevel, IReadOnlyList<ChunkRecord> Records)
{
    private const byte Version = 0;
    private const int HeaderSize = 6;

    /// <summary>Encodes a list: a header of 6 bytes and 104 for each chunk.</summary>
    public static byte[] Encode(IReadOnlyList<ChunkRecord> records, int compressionLevel)
    {
        var bytes = new byte[HeaderSize + (records.Count * ChunkRecord.Size)];
        bytes[0] = Version;
        bytes[1] = checked((byte)compressionLevel);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2), (uint)records.Count);
        for (var i = 0; i < records.Count; i++)
        {
            var at = bytes.AsSpan(HeaderSize + (i * ChunkRecord.Size), ChunkRecord.Size);
            records[i].BlockDigest.CopyTo(at);
            records[i].S.CopyTo(at[32..]);
            records[i].Pid.CopyTo(at[64..]);
            BinaryPrimitives.WriteUInt32LittleEndian(at[96..], records[i].PlainLength);
            BinaryPrimitives.WriteUInt32LittleEndian(at[100..], records[i].BlockLength);
        }
        return bytes;
    }

    /// <summary>Reads a whole list; fails with <see cref="ErrorKind.Corrupt"/> for anything that <see cref="Encode"/> does not write.</summary>
    public static ChunkList Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize) throw BackupException.Corrupt($"read chunk list: truncated after {bytes.Length} bytes");
        if (bytes[0] != Version) throw BackupException.Corrupt($"read chunk list: unsupported version {bytes[0]}");
        if (bytes[1] is < 1 or > BlockFormat.MaxCompressionLevel) throw BackupException.Corrupt($"read chunk list: impossible compression level {bytes[1]}");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[2..]);
        if (bytes.Length - HeaderSize != (long)count * ChunkRecord.Size)
            throw BackupException.Corrupt($"read chunk list: {bytes.Length} bytes do not hold {count} chunks");
        var records = new ChunkRecord[count];
        for (var i = 0; i < records.Length; i++)
        {
            var at = bytes.Slice(HeaderSize + (i * ChunkRecord.Size), ChunkRecord.Size);
            var plainLength = BinaryPrimitives.ReadUInt32LittleEndian(at[96..]);
            if (plainLength > BlockFormat.MaxPlaintextLength)
                throw BackupException.Corrupt($"read chunk list: chunk {i} has an impossible length {plainLength}");
            var blockLength = BinaryPrimitives.ReadUInt32LittleEndian(at[100..]);
            if (blockLength > BlockFormat.MaxBlockLength) throw BackupException.Corrupt($"read chunk list: chunk {i} has an impossible block length {blockLength}");
            records[i] = new(new(at[..32]), new(at[32..64]), new(at[64..96]), plainLength, blockLength);
        }
        return new(bytes[1], records);
    }
}
