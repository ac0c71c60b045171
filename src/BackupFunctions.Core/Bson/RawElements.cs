using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Bson;

/// <summary>One element of a raw BSON document; the spans point into it.</summary>
public readonly ref struct RawElement
{
    private readonly int _nameLength;

    internal RawElement(ReadOnlySpan<byte> whole, int nameLength)
    {
        Whole = whole;
        _nameLength = nameLength;
    }

    /// <summary>Type byte, name, and value: what a copy of this element into another document consists of.</summary>
    public ReadOnlySpan<byte> Whole { get; }

    /// <summary>The name's UTF-8 bytes without the terminating zero.</summary>
    public ReadOnlySpan<byte> Name => Whole.Slice(1, _nameLength);

    /// <summary>The value's bytes; a nested document includes its length.</summary>
    public ReadOnlySpan<byte> Value => Whole[(_nameLength + 2)..];

    /// <summary>The BSON type.</summary>
    public BsonType Type => (BsonType)Whole[0];

    /// <summary>The name as text.</summary>
    public string NameText => Encoding.UTF8.GetString(Name);

    /// <summary>The characters of a string, code or symbol.</summary>
    public string Text => Encoding.UTF8.GetString(BsonLayout.StringBytes(Value));
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
        if (document.Length < BsonLayout.MinDocument || BinaryPrimitives.ReadInt32LittleEndian(document) != document.Length || document[^1] != 0)
            throw Broken(0, "the length is not that of the document");
        _position = 4;
    }

    /// <summary>The element reached.</summary>
    public readonly RawElement Current => new(_document[_start.._position], _nameLength);

    /// <summary>The name of the element reached, for looking for one without making the others.</summary>
    internal readonly ReadOnlySpan<byte> Name => _document.Slice(_start + 1, _nameLength);

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
        if (BsonLayout.Measure((BsonType)_document[_start], _document[value..end], out var length) is { } problem) throw Broken(_start, problem);
        _position = value + length;
        return true;
    }

    private static BackupException Broken(int offset, string why) => BackupException.Corrupt($"read BSON document: element at offset {offset}: {why}");
}
