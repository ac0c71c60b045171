using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>Walks the elements of one level of a document that <see cref="BsonValidator"/> has accepted, without copying.</summary>
internal ref struct BsonElementReader(ReadOnlySpan<byte> document)
{
    private ReadOnlySpan<byte> _rest = document[4..^1];

    /// <summary>Type of the current element.</summary>
    public BsonType Type { get; private set; }

    /// <summary>Field name of the current element: UTF-8 without its closing zero.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The current value as stored.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The characters of a current string, code or symbol.</summary>
    public readonly string Text => Encoding.UTF8.GetString(StringBytes(Value));

    /// <summary>Steps to the next element; false after the last one.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        Type = (BsonType)_rest[0];
        var name = _rest[1..].IndexOf((byte)0);
        Name = _rest.Slice(1, name);
        var value = _rest[(name + 2)..];
        if (BsonLayout.Measure(Type, value, out var length) is { } problem) throw new FormatException(problem);
        Value = value[..length];
        _rest = value[length..];
        return true;
    }

    /// <summary>The UTF-8 bytes of a stored string, without length and closing zero.</summary>
    public static ReadOnlySpan<byte> StringBytes(ReadOnlySpan<byte> value) => value.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(value) - 1);
}
