using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// One BSON value in the bytes it came in, so that what a driver's object model cannot hold (duplicate names, NaN payloads, DBPointer)
/// stays as it is. The default value is <em>missing</em>.
/// </summary>
internal readonly struct RawValue(BsonType type, byte[] buffer, int offset, int length)
{
    /// <summary>The deprecated DBPointer, which <see cref="BsonType"/> does not name.</summary>
    public const BsonType DbPointer = (BsonType)0x0C;

    public static readonly RawValue Null = new(BsonType.Null, [], 0, 0);
    public static readonly RawValue Undefined = new(BsonType.Undefined, [], 0, 0);
    public static readonly RawValue MinKey = new(BsonType.MinKey, [], 0, 0);
    public static readonly RawValue MaxKey = new(BsonType.MaxKey, [], 0, 0);
    public static readonly RawValue True = new(BsonType.Boolean, [1], 0, 1);
    public static readonly RawValue False = new(BsonType.Boolean, [0], 0, 1);

    public BsonType Type { get; } = type;

    public byte[] Buffer { get; } = buffer;

    public int Offset { get; } = offset;

    public int Length { get; } = length;

    public bool IsMissing => Buffer is null;

    public bool IsNullish => IsMissing || Type is BsonType.Null or BsonType.Undefined;

    public bool IsNumber => Type is BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128;

    public bool IsDocument => Type == BsonType.Document;

    public bool IsArray => Type == BsonType.Array;

    public bool IsContainer => Type is BsonType.Document or BsonType.Array;

    public ReadOnlySpan<byte> Span => Buffer.AsSpan(Offset, Length);

    public int Int32 => BinaryPrimitives.ReadInt32LittleEndian(Span);

    public long Int64 => BinaryPrimitives.ReadInt64LittleEndian(Span);

    public ulong UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(Span);

    public double Double => BinaryPrimitives.ReadDoubleLittleEndian(Span);

    public Decimal128 Decimal => Decimal128.FromIEEEBits(BinaryPrimitives.ReadUInt64LittleEndian(Span[8..]), UInt64);

    public bool Boolean => Span[0] != 0;

    /// <summary>Bytes of a string, symbol or code, without the terminator.</summary>
    public ReadOnlySpan<byte> TextBytes => Span[4..^1];

    public string Text => Encoding.UTF8.GetString(TextBytes);

    public RawElements Elements => new(Buffer, Offset, Length);

    /// <summary>The first field of this name, or missing.</summary>
    public RawValue this[ReadOnlySpan<byte> name]
    {
        get
        {
            if (!IsContainer) return default;
            foreach (var element in Elements)
            {
                if (element.NameBytes.SequenceEqual(name)) return element.Value;
            }
            return default;
        }
    }

    public RawValue this[string name] => this[Encoding.UTF8.GetBytes(name)];

    public static RawValue Document(byte[] bytes) => new(BsonType.Document, bytes, 0, bytes.Length);

    public static RawValue Array(byte[] bytes) => new(BsonType.Array, bytes, 0, bytes.Length);

    /// <summary>The raw form of a driver value.</summary>
    public static RawValue From(BsonValue value)
    {
        var document = new BsonDocument("", value).ToBson();
        foreach (var element in Document(document).Elements) return element.Value;
        return default;
    }

    public static RawValue From(string value) => From(new BsonString(value));

    public static RawValue From(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return new(BsonType.Int32, bytes, 0, 4);
    }

    public static RawValue From(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return new(BsonType.Int64, bytes, 0, 8);
    }

    public static RawValue From(double value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return new(BsonType.Double, bytes, 0, 8);
    }

    public static RawValue From(bool value) => value ? True : False;

    public static RawValue From(BsonTimestamp value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value.Value);
        return new(BsonType.Timestamp, bytes, 0, 8);
    }

    /// <summary>A copy of the value's bytes: of a document, the whole document.</summary>
    public byte[] ToArray() => Offset == 0 && Length == Buffer.Length ? Buffer : Span.ToArray();

    /// <summary>The driver's form; documents and arrays stay raw. A value the driver cannot name is null.</summary>
    public BsonValue ToBson()
    {
        if (IsMissing || Type == DbPointer) return BsonNull.Value;
        if (IsDocument) return new RawBsonDocument(ToArray());
        var writer = new RawWriter();
        writer.Append("v", this);
        return new RawBsonDocument(writer.ToDocument())[0];
    }

    public override string ToString() => IsMissing ? "missing" : ValueText.Of(this);
}
