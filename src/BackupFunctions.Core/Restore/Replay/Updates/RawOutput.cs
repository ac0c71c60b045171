using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Writes elements whose names are bytes of another document, which need not be valid text.</summary>
internal static class RawOutput
{
    /// <summary>Items that a document of the largest size can hold in an array: each takes a type, a name of one digit or more, and a zero.</summary>
    public const int MaxItems = BsonLayout.MaxDocument / 3;

    /// <summary>Bytes of the longest name of an item.</summary>
    public const int LongestIndex = 10;

    /// <summary>A name as a key: one character per byte, so that any bytes can be told apart.</summary>
    public static string Key(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name);

    /// <summary>The name of an item, written into the buffer.</summary>
    public static ReadOnlySpan<byte> Index(int index, Span<byte> buffer)
    {
        index.TryFormat(buffer, out var length, provider: CultureInfo.InvariantCulture);
        return buffer[..length];
    }

    /// <summary>Starts an element.</summary>
    public static void Name(this BsonOutput output, BsonType type, ReadOnlySpan<byte> name)
    {
        output.Byte((byte)type);
        output.Bytes(name);
        output.Byte(0);
    }

    /// <summary>Writes an element.</summary>
    public static void Element(this BsonOutput output, BsonType type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        output.Name(type, name);
        output.Bytes(value);
    }

    /// <summary>A number of any type as an integer; null for other types.</summary>
    public static long? Integer(RawElement element) => element.Type switch
    {
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element.Value),
        BsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element.Value),
        BsonType.Double => (long)BinaryPrimitives.ReadDoubleLittleEndian(element.Value),
        _ => null,
    };
}
