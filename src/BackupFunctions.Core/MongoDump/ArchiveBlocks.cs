using System.Buffers.Binary;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>The frame of a mongodump archive: documents and terminators (mongo-tools, common/archive).</summary>
internal static class ArchiveBlocks
{
    /// <summary>First four bytes of an archive, as a little-endian integer.</summary>
    public const uint Magic = 0x8199e26d;

    private const int Terminator = -1;

    /// <summary>Takes a document; null at a terminator, which is taken as well. Valid until the buffer moves.</summary>
    /// <exception cref="BackupException">Corrupt: the file ends, or bytes are neither.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> Next(DocumentBuffer buffer, string what, CancellationToken ct)
    {
        if (!await buffer.Fill(4, ct)) throw Fault(buffer, what, "file ends");
        var length = buffer.PeekInt32();
        if (length == Terminator)
        {
            buffer.Take(4);
            return null;
        }
        if (length is < BsonLayout.MinDocument or > BsonLayout.MaxDocument)
            throw Fault(buffer, what, $"{length} is neither a document length nor a terminator");
        if (!await buffer.Fill(length, ct)) throw Fault(buffer, what, $"file ends after {buffer.Available} of {length} bytes");
        var position = buffer.Position;
        var document = buffer.Take(length);
        if (BsonValidator.Validate(document.Span) is { } fault)
            throw BackupException.Corrupt($"read {what} at offset {position + fault.Offset} of {buffer.Source}: {fault.Problem}");
        return document;
    }

    /// <summary>Takes the magic number.</summary>
    public static async ValueTask TakeMagic(DocumentBuffer buffer, CancellationToken ct)
    {
        if (!await buffer.Fill(4, ct)) throw Fault(buffer, "archive", "file ends");
        if (BinaryPrimitives.ReadUInt32LittleEndian(buffer.Take(4).Span) != Magic)
            throw BackupException.Corrupt($"read {buffer.Source}: it is no archive");
    }

    /// <summary>Corrupt, at the offset of the buffer.</summary>
    public static BackupException Fault(DocumentBuffer buffer, string what, string problem) =>
        BackupException.Corrupt($"read {what} at offset {buffer.Position} of {buffer.Source}: {problem}");
}

/// <summary>The document that opens a block of data, or closes a collection.</summary>
internal readonly record struct ArchiveBlockHeader(string Database, string Collection, bool Eof, long Crc)
{
    /// <summary>Reads a validated document.</summary>
    /// <exception cref="FormatException">A field is unknown, of another type, or missing.</exception>
    public static ArchiveBlockHeader Parse(ReadOnlySpan<byte> document)
    {
        string? database = null, collection = null;
        bool? eof = null;
        long? crc = null;
        foreach (var field in new RawElements(document))
        {
            if (field.Type == BsonType.String && field.Name.SequenceEqual("db"u8)) database = field.Text;
            else if (field.Type == BsonType.String && field.Name.SequenceEqual("collection"u8)) collection = field.Text;
            else if (field.Type == BsonType.Boolean && field.Name.SequenceEqual("EOF"u8)) eof = field.Value[0] == 1;
            else if (field.Type == BsonType.Int64 && field.Name.SequenceEqual("CRC"u8)) crc = BinaryPrimitives.ReadInt64LittleEndian(field.Value);
            else throw new FormatException($"block header has an unknown field '{field.NameText}'");
        }
        if (database is null || string.IsNullOrEmpty(collection) || eof is null || crc is null)
            throw new FormatException("block header lacks a field");
        return new(database, collection, eof.Value, crc.Value);
    }
}
