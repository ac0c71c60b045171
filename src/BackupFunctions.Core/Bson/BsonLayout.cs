using System.Buffers.Binary;
using MongoDB.Bson;

namespace BackupFunctions.Bson;

/// <summary>How many bytes a BSON value takes (bsonspec.org, version 1.1).</summary>
internal static class BsonLayout
{
    /// <summary>The shortest document: its length and its closing zero.</summary>
    public const int MinDocument = 5;

    /// <summary>16 MiB of user data and the 16 KiB that servers add for their own documents, such as oplog entries.</summary>
    public const int MaxDocument = (16 * 1024 * 1024) + (16 * 1024);

    /// <summary>Namespace and object id: a retired type that the driver has no name for.</summary>
    public const BsonType DbPointer = (BsonType)0x0C;

    /// <summary>Size of an object id.</summary>
    public const int ObjectIdSize = 12;

    private const string Short = "value is cut off";

    /// <summary>
    /// Measures the value at the start of <paramref name="rest"/>. Returns null and its length, or what is wrong with its size. Only lengths
    /// are looked at, nothing of the content: that is <see cref="BsonValidator"/>'s.
    /// </summary>
    public static string? Measure(BsonType type, ReadOnlySpan<byte> rest, out int length)
    {
        switch (type)
        {
            case BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey:
                length = 0;
                return null;
            case BsonType.Boolean:
                return Fixed(1, rest, out length);
            case BsonType.Int32:
                return Fixed(4, rest, out length);
            case BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64:
                return Fixed(8, rest, out length);
            case BsonType.ObjectId:
                return Fixed(ObjectIdSize, rest, out length);
            case BsonType.Decimal128:
                return Fixed(16, rest, out length);
            case BsonType.String or BsonType.JavaScript or BsonType.Symbol:
                return Prefixed(1, 4, rest, out length);
            case BsonType.Document or BsonType.Array:
                return Prefixed(MinDocument, 0, rest, out length);
            case BsonType.JavaScriptWithScope:
                return Prefixed(4 + MinDocument + MinDocument, 0, rest, out length);
            case BsonType.Binary:
                return Prefixed(0, 5, rest, out length);
            case BsonType.RegularExpression:
                return MeasureRegularExpression(rest, out length);
            case DbPointer:
                return Prefixed(1, 4 + ObjectIdSize, rest, out length);
            default:
                length = 0;
                return $"type 0x{(byte)type:x2} is unknown";
        }
    }

    /// <summary>The UTF-8 bytes of a string, code or symbol as stored, without length and closing zero.</summary>
    public static ReadOnlySpan<byte> StringBytes(ReadOnlySpan<byte> value) => value.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(value) - 1);

    private static string? Fixed(int size, ReadOnlySpan<byte> rest, out int length)
    {
        length = size;
        return rest.Length < size ? Short : null;
    }

    private static string? Prefixed(int min, int extra, ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        if (rest.Length < 4) return Short;
        var stated = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (stated < min || stated > rest.Length - extra) return $"length {stated} is impossible with {rest.Length} bytes left";
        length = stated + extra;
        return null;
    }

    private static string? MeasureRegularExpression(ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        var pattern = rest.IndexOf((byte)0);
        if (pattern < 0) return "pattern is not closed by a zero byte";
        var options = rest[(pattern + 1)..].IndexOf((byte)0);
        if (options < 0) return "regular expression options are not closed by a zero byte";
        length = pattern + options + 2;
        return null;
    }
}
