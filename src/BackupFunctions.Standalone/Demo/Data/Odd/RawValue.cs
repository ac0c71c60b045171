using System.Buffers.Binary;
using System.Text;
using BackupFunctions.Standalone.Demo.Data.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Odd;

/// <summary>A value as its type byte and its bytes, with a name for people.</summary>
internal sealed record RawValue(string Name, byte Type, byte[] Bytes)
{
    public static RawValue Double(string name, double value) => Of(name, BsonTypeCode.Double, 8, bytes => BinaryPrimitives.WriteDoubleLittleEndian(bytes, value));

    public static RawValue DoubleBits(string name, ulong bits) => Of(name, BsonTypeCode.Double, 8, bytes => BinaryPrimitives.WriteUInt64LittleEndian(bytes, bits));

    public static RawValue Int32(string name, int value) => Of(name, BsonTypeCode.Int32, 4, bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes, value));

    public static RawValue Int64(string name, long value) => Of(name, BsonTypeCode.Int64, 8, bytes => BinaryPrimitives.WriteInt64LittleEndian(bytes, value));

    public static RawValue Date(string name, long milliseconds) => Int64(name, milliseconds) with { Type = BsonTypeCode.DateTime };

    public static RawValue Timestamp(string name, ulong value) => Int64(name, (long)value) with { Type = BsonTypeCode.Timestamp };

    public static RawValue Boolean(string name, bool value) => new(name, BsonTypeCode.Boolean, [value ? (byte)1 : (byte)0]);

    /// <summary>A type whose values have no bytes.</summary>
    public static RawValue Bare(string name, byte type) => new(name, type, []);

    public static RawValue Decimal(string name, byte[] value) => new(name, BsonTypeCode.Decimal128, value);

    public static RawValue ObjectId(string name, byte[] value) => new(name, BsonTypeCode.ObjectId, value);

    public static RawValue String(string name, string value) => new(name, BsonTypeCode.String, Text(Encoding.UTF8.GetBytes(value)));

    public static RawValue StringBytes(string name, byte[] value) => new(name, BsonTypeCode.String, Text(value));

    public static RawValue Symbol(string name, string value) => String(name, value) with { Type = BsonTypeCode.Symbol };

    public static RawValue Code(string name, string value) => String(name, value) with { Type = BsonTypeCode.JavaScript };

    public static RawValue CodeWithScope(string name, string code, byte[] scope)
    {
        var text = Text(Encoding.UTF8.GetBytes(code));
        return new(name, BsonTypeCode.JavaScriptWithScope, [.. Length(4 + text.Length + scope.Length), .. text, .. scope]);
    }

    /// <summary>The pointer of old drivers: a namespace and an ObjectId.</summary>
    public static RawValue DbPointer(string name, string ns, byte[] id) => new(name, BsonTypeCode.DbPointer, [.. Text(Encoding.UTF8.GetBytes(ns)), .. id]);

    public static RawValue Regex(string name, string pattern, string options) =>
        new(name, BsonTypeCode.RegularExpression, [.. Encoding.UTF8.GetBytes(pattern), 0, .. Encoding.UTF8.GetBytes(options), 0]);

    /// <summary>Binary data; subtype 2 has its length once more inside.</summary>
    public static RawValue Binary(string name, byte subtype, byte[] value) => subtype == 2
        ? new(name, BsonTypeCode.Binary, [.. Length(value.Length + 4), subtype, .. Length(value.Length), .. value])
        : new(name, BsonTypeCode.Binary, [.. Length(value.Length), subtype, .. value]);

    public static RawValue Document(string name, byte[] document) => new(name, BsonTypeCode.Document, document);

    public static RawValue Array(string name, byte[] array) => new(name, BsonTypeCode.Array, array);

    private static RawValue Of(string name, byte type, int length, Action<byte[]> write)
    {
        var bytes = new byte[length];
        write(bytes);
        return new(name, type, bytes);
    }

    private static byte[] Text(byte[] text) => [.. Length(text.Length + 1), .. text, 0];

    private static byte[] Length(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
