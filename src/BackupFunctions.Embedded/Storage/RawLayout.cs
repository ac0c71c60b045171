using System.Buffers.Binary;
using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Lengths of BSON values, checked against the bytes that hold them.</summary>
internal static class RawLayout
{
    /// <summary>The deepest nesting that the server stores.</summary>
    public const int MaxDepth = 180;

    public static CommandException Invalid(string message) => new(22, "InvalidBSON", $"read BSON: {message}");

    /// <summary>Offset just behind the document at <paramref name="offset"/>.</summary>
    public static int DocumentEnd(byte[] buffer, int offset, int available)
    {
        if (available < 5) throw Invalid("document is shorter than 5 bytes");
        var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(offset));
        if (length < 5 || length > available) throw Invalid($"document length {length} does not fit in {available} bytes");
        return offset + length;
    }

    public static int ValueLength(byte type, byte[] buffer, int at, int end)
    {
        var length = (BsonType)type switch
        {
            BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => 8,
            BsonType.Int32 => 4,
            BsonType.Boolean => 1,
            BsonType.ObjectId => 12,
            BsonType.Decimal128 => 16,
            BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => 0,
            BsonType.String or BsonType.JavaScript or BsonType.Symbol => 4 + Prefix(buffer, at, end, 1),
            BsonType.Document or BsonType.Array => Prefix(buffer, at, end, 5),
            BsonType.Binary => 5 + Prefix(buffer, at, end, 0),
            BsonType.RegularExpression => Terminated(buffer, at, end, 2),
            BsonType.JavaScriptWithScope => Prefix(buffer, at, end, 14),
            RawValue.DbPointer => 4 + Prefix(buffer, at, end, 1) + 12,
            _ => throw Invalid($"unknown type 0x{type:x2}"),
        };
        return length <= end - at ? length : throw Invalid($"value of type 0x{type:x2} is cut off");
    }

    /// <summary>Walks the whole document, so that nothing malformed is stored.</summary>
    public static void Check(RawValue container, int depth = 1)
    {
        if (depth > MaxDepth) throw new CommandException(15, "Overflow", $"read BSON: nested deeper than {MaxDepth} levels");
        foreach (var element in container.Elements)
        {
            var value = element.Value;
            switch (value.Type)
            {
                case BsonType.Document or BsonType.Array:
                    Check(value, depth + 1);
                    break;
                case BsonType.String or BsonType.JavaScript or BsonType.Symbol when value.Span[^1] != 0:
                    throw Invalid("string is not terminated");
                case BsonType.JavaScriptWithScope:
                    Check(Scope(value), depth + 1);
                    break;
                case BsonType.Boolean when value.Span[0] > 1:
                    throw Invalid("boolean is neither 0 nor 1");
            }
        }
    }

    /// <summary>The code string and the scope of a code-with-scope value.</summary>
    public static RawValue Code(RawValue value)
    {
        var length = 4 + Prefix(value.Buffer, value.Offset + 4, value.Offset + value.Length, 1);
        return new RawValue(BsonType.String, value.Buffer, value.Offset + 4, length);
    }

    public static RawValue Scope(RawValue value)
    {
        var skip = 4 + Code(value).Length;
        if (value.Length - skip < 5) throw Invalid("code with scope has no scope");
        return new RawValue(BsonType.Document, value.Buffer, value.Offset + skip, value.Length - skip);
    }

    private static int Prefix(byte[] buffer, int at, int end, int least)
    {
        if (end - at < 4) throw Invalid("length is cut off");
        var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
        return length >= least && length <= end - at ? length : throw Invalid($"length {length} does not fit");
    }

    private static int Terminated(byte[] buffer, int at, int end, int strings)
    {
        var position = at;
        for (; strings > 0; strings--)
        {
            var length = buffer.AsSpan(position, Math.Max(0, end - position)).IndexOf((byte)0);
            if (length < 0) throw Invalid("string is not terminated");
            position += length + 1;
        }
        return position - at;
    }
}
