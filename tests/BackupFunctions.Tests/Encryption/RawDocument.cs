using System.Buffers.Binary;

namespace BackupFunctions.Tests.Encryption;

/// <summary>Raw BSON documents of a wanted length: an <c>_id</c> and a binary field that fills up.</summary>
internal static class RawDocument
{
    private const int FillOverhead = 1 + 2 + 4 + 1;

    public static ReadOnlyMemory<byte> Create(byte idType, byte[] idValue, int length, byte fill = 0)
    {
        var bytes = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        byte[] id = [idType, .. "_id\0"u8, .. idValue];
        id.CopyTo(bytes, 4);
        var rest = bytes.AsSpan(4 + id.Length, length - 5 - id.Length);
        rest[0] = 0x05;
        rest[1] = (byte)'p';
        BinaryPrimitives.WriteInt32LittleEndian(rest[3..], rest.Length - FillOverhead);
        rest[FillOverhead..].Fill(fill);
        return bytes;
    }

    public static ReadOnlyMemory<byte> WithObjectId(int number, int length, byte fill = 0)
    {
        var id = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(id, 0x65f0c0ff);
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(8), number);
        return Create(0x07, id, length, fill);
    }
}
