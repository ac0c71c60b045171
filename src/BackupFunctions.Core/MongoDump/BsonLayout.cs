using System.Buffers.Binary;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>How many bytes a BSON value takes (bsonspec.org, version 1.1).</summary>
internal static class BsonLayout
{
    /// <summary>The shortest document: its length and its closing zero.</summary>
    public const int MinDocument = 5;

    /// <summary>16 MiB of user data and the 16 KiB that servers add for their own documents, such as oplog entries.</summary>
    public const int MaxDocument = (16 * 1024 * 1024) + (16 * 1024);

    /// <summary>Namespace and object id: a retired type that the driver has no name for.</summary>
    public const BsonType DbPointer = (BsonType)0x0C;

    private const string Short = "value is cut off";

    /// <summary>
    /// Measures the value at the start of <paramref name="rest"/>. Returns null and its length, or what is wrong with it. Nested documents
    /// are measured by their length field, not looked into.
    /// </summary>
    public static string? Measure(BsonType type, ReadOnlySpan<byte> rest, out int length)
    {
        switch (type)
        {
            case BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey:
                length = 0;
                return null;
            case BsonType.Boolean:
                length = 1;
                return rest.Length < 1 ? Short : rest[0] > 1 ? "boolean is neither 0 nor 1" : null;
            case BsonType.Int32:
                return Fixed(4, rest, out length);
            case BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64:
                return Fixed(8, rest, out length);
            case BsonType.ObjectId:
                return Fixed(12, rest, out length);
            case BsonType.Decimal128:
                return Fixed(16, rest, out length);
            case BsonType.String or BsonType.JavaScript or BsonType.Symbol:
                return MeasureString(rest, out length);
            case BsonType.Document or BsonType.Array:
                return Prefixed(MinDocument, 0, rest, out length);
            case BsonType.JavaScriptWithScope:
                return Prefixed(4 + MinDocument + MinDocument, 0, rest, out length);
            case BsonType.Binary:
                return Prefixed(0, 5, rest, out length);
            case BsonType.RegularExpression:
                return MeasureRegularExpression(rest, out length);
            case DbPointer:
                if (MeasureString(rest, out length) is { } problem) return problem;
                length += 12;
                return length > rest.Length ? Short : null;
            default:
                length = 0;
                return $"type 0x{(byte)type:x2} is unknown";
        }
    }

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

    private static string? MeasureString(ReadOnlySpan<byte> rest, out int length)
    {
        if (Prefixed(1, 4, rest, out length) is { } problem) return problem;
        return rest[length - 1] == 0 ? null : "string is not closed by a zero byte";
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
