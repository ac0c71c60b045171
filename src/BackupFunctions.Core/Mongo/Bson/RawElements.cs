using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>One element of a raw BSON document; the spans point into it.</summary>
public readonly ref struct RawElement
{
    internal RawElement(ReadOnlySpan<byte> whole, int nameLength)
    {
        Whole = whole;
        Name = whole.Slice(1, nameLength);
        Value = whole[(nameLength + 2)..];
    }

    /// <summary>Type byte, name, and value: what a copy of this element into another document consists of.</summary>
    public ReadOnlySpan<byte> Whole { get; }

    /// <summary>The name's UTF-8 bytes without the terminating zero.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value's bytes; a nested document includes its length.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The BSON type.</summary>
    public BsonType Type => (BsonType)Whole[0];

    /// <summary>The name as text.</summary>
    public string NameText => Encoding.UTF8.GetString(Name);
}

/// <summary>
/// Walks the elements of a raw BSON document (https://bsonspec.org/spec.html) without decoding them. A document whose lengths do not fit
/// fails with <see cref="ErrorKind.Corrupt"/> and the offset.
/// </summary>
public ref struct RawElements
{
    private readonly ReadOnlySpan<byte> _document;
    private int _position;
    private int _start, _nameLength;

    /// <summary>Walks the elements of the document that the span holds exactly.</summary>
    public RawElements(ReadOnlySpan<byte> document)
    {
        _document = document;
        if (document.Length < 5 || BinaryPrimitives.ReadInt32LittleEndian(document) != document.Length || document[^1] != 0)
            throw Broken(0, "the length is not that of the document");
        _position = 4;
    }

    /// <summary>The element reached.</summary>
    public readonly RawElement Current => new(_document[_start.._position], _nameLength);

    /// <summary>Allows <c>foreach</c>.</summary>
    public readonly RawElements GetEnumerator() => this;

    /// <summary>Goes to the next element.</summary>
    public bool MoveNext()
    {
        var end = _document.Length - 1;
        if (_position >= end) return false;
        _start = _position;
        _nameLength = _document[(_start + 1)..end].IndexOf((byte)0);
        if (_nameLength < 0) throw Broken(_start, "the name has no end");
        var value = _start + _nameLength + 2;
        var length = ValueLength((BsonType)_document[_start], _document[value..end]);
        if (length < 0 || length > end - value) throw Broken(_start, "the value does not fit");
        _position = value + (int)length;
        return true;
    }

    // -1 when it cannot be told
    private static long ValueLength(BsonType type, ReadOnlySpan<byte> rest)
    {
        switch (type)
        {
            case BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey: return 0;
            case BsonType.Boolean: return 1;
            case BsonType.Int32: return 4;
            case BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64: return 8;
            case BsonType.ObjectId: return 12;
            case BsonType.Decimal128: return 16;
            case BsonType.RegularExpression:
                var pattern = rest.IndexOf((byte)0);
                var options = pattern < 0 ? -1 : rest[(pattern + 1)..].IndexOf((byte)0);
                return options < 0 ? -1 : pattern + options + 2;
        }
        if (rest.Length < 4) return -1;
        var prefix = BinaryPrimitives.ReadInt32LittleEndian(rest);
        return type switch
        {
            BsonType.String or BsonType.JavaScript or BsonType.Symbol => prefix < 1 ? -1 : 4L + prefix,
            BsonType.Document or BsonType.Array => prefix < 5 ? -1 : prefix,
            BsonType.JavaScriptWithScope => prefix < 14 ? -1 : prefix,
            BsonType.Binary => prefix < 0 ? -1 : 5L + prefix,
            DbPointer => prefix < 1 ? -1 : 16L + prefix,
            _ => -1,
        };
    }

    // deprecated and absent from the driver's enumeration, yet servers store it
    internal const BsonType DbPointer = (BsonType)0x0C;

    private static BackupException Broken(int offset, string why) => BackupException.Corrupt($"read BSON document: element at offset {offset}: {why}");
}
