using System.Buffers.Binary;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Wire;

/// <summary>
/// Checks received BSON once, before anything reads it: lengths, terminators, types, booleans, nesting (https://bsonspec.org). Text is not
/// checked for UTF-8, nor names for repetition, as the server does not either.
/// </summary>
internal static class BsonStructure
{
    /// <summary>The deepest nesting, as the server's.</summary>
    public const int MaxDepth = 200;

    private const int MinDocument = 5;

    /// <summary>The length in bytes of the document that <paramref name="bytes"/> begins with.</summary>
    /// <exception cref="FormatException">No valid document begins here.</exception>
    public static int Check(ReadOnlySpan<byte> bytes) => Document(bytes, 0);

    private static int Document(ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth) throw new FormatException($"read BSON: nested deeper than {MaxDepth}");
        var length = Length(bytes, MinDocument);
        var document = bytes[..length];
        if (document[^1] != 0) throw new FormatException("read BSON: document has no terminator");
        var position = sizeof(int);
        while (position < length - 1)
        {
            var type = document[position++];
            position += CString(document[position..^1]);
            position += Value(type, document[position..^1], depth);
        }

        return length;
    }

    private static int Value(byte type, ReadOnlySpan<byte> bytes, int depth)
    {
        var size = (BsonType)type switch
        {
            BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => 8,
            BsonType.Decimal128 => 16,
            BsonType.ObjectId => 12,
            BsonType.Int32 => 4,
            BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey => 0,
            BsonType.Boolean => Boolean(bytes),
            BsonType.String or BsonType.JavaScript or BsonType.Symbol => Text(bytes),
            BsonType.Document or BsonType.Array => Document(bytes, depth + 1),
            BsonType.Binary => Binary(bytes),
            BsonType.RegularExpression => RegularExpression(bytes),
            // a DBPointer, deprecated: a string and an ObjectId; the driver's enumeration has no name for it
            (BsonType)0x0C => Text(bytes) + 12,
            BsonType.JavaScriptWithScope => CodeWithScope(bytes, depth),
            _ => throw new FormatException($"read BSON: unknown type 0x{type:x2}"),
        };
        return size <= bytes.Length ? size : throw new FormatException("read BSON: value runs past the end of its document");
    }

    private static int Boolean(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty || bytes[0] <= 1 ? 1 : throw new FormatException($"read BSON: boolean is {bytes[0]}");

    private static int Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5) throw new FormatException("read BSON: string runs past the end of its document");
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length < 1 || length > bytes.Length - sizeof(int)) throw new FormatException($"read BSON: string of {length} bytes");
        if (bytes[sizeof(int) + length - 1] != 0) throw new FormatException("read BSON: string has no terminator");
        return sizeof(int) + length;
    }

    private static int Binary(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5) throw new FormatException("read BSON: binary runs past the end of its document");
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length >= 0 && length <= bytes.Length - 5 ? 5 + length : throw new FormatException($"read BSON: binary of {length} bytes");
    }

    private static int RegularExpression(ReadOnlySpan<byte> bytes)
    {
        var pattern = CString(bytes);
        return pattern + CString(bytes[pattern..]);
    }

    private static int CodeWithScope(ReadOnlySpan<byte> bytes, int depth)
    {
        var length = Length(bytes, 14);
        var code = Text(bytes[sizeof(int)..length]);
        var scope = Document(bytes[(sizeof(int) + code)..length], depth + 1);
        return sizeof(int) + code + scope == length ? length : throw new FormatException($"read BSON: code with scope of {length} bytes");
    }

    private static int Length(ReadOnlySpan<byte> bytes, int least)
    {
        if (bytes.Length < least) throw new FormatException($"read BSON: {bytes.Length} bytes are too few");
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length >= least && length <= bytes.Length ? length : throw new FormatException($"read BSON: length {length} in {bytes.Length} bytes");
    }

    private static int CString(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return end >= 0 ? end + 1 : throw new FormatException("read BSON: name has no terminator");
    }
}
