using System.Buffers.Binary;

namespace BackupFunctions.Embedded.Wire;

/// <summary>Operation codes of the MongoDB wire protocol that this server tells apart.</summary>
internal static class OpCode
{
    public const int Reply = 1;
    public const int Query = 2004;
    public const int Compressed = 2012;
    public const int Msg = 2013;
}

/// <summary>
/// The 16 bytes in front of every message: four little-endian 32-bit integers. <paramref name="Length"/> counts the whole message in
/// bytes, header and checksum included.
/// </summary>
internal readonly record struct MessageHeader(int Length, int RequestId, int ResponseTo, int OpCode)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 16;

    /// <summary>The longest message, in bytes, either way: <c>maxMessageSizeBytes</c> of hello.</summary>
    public const int MaxMessageSize = 48_000_000;

    /// <summary>Reads a header from the first 16 bytes.</summary>
    public static MessageHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));

    /// <summary>Writes the header to the first 16 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], RequestId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], ResponseTo);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], OpCode);
    }
}
