using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// Builds a raw BSON document in a pooled buffer, taking elements and documents over byte for byte: commands that carry user data are made
/// here, since a decoded document loses duplicate names, NaN payloads and types that the driver does not know. Disposing it returns the buffer.
/// </summary>
public sealed class RawBsonBuilder : IDisposable
{
    private readonly Stack<(int Start, int NextIndex)> _open = new();
    private byte[] _buffer;
    private int _length;

    /// <summary>Starts a document; the buffer grows as needed.</summary>
    public RawBsonBuilder(int capacity = 256)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 16));
        Open();
    }

    /// <summary>Appends an element as it is in another document: type, name and value.</summary>
    public RawBsonBuilder Element(ReadOnlySpan<byte> element)
    {
        element.CopyTo(Take(element.Length));
        return this;
    }

    /// <summary>Appends an int32.</summary>
    public RawBsonBuilder Add(string name, int value)
    {
        Header(BsonType.Int32, name);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
        return this;
    }

    /// <summary>Appends an int64.</summary>
    public RawBsonBuilder Add(string name, long value)
    {
        Header(BsonType.Int64, name);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        return this;
    }

    /// <summary>Appends a boolean.</summary>
    public RawBsonBuilder Add(string name, bool value)
    {
        Header(BsonType.Boolean, name);
        Take(1)[0] = value ? (byte)1 : (byte)0;
        return this;
    }

    /// <summary>Appends a string.</summary>
    public RawBsonBuilder Add(string name, string value)
    {
        Header(BsonType.String, name);
        var bytes = Encoding.UTF8.GetByteCount(value);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), bytes + 1);
        Encoding.UTF8.GetBytes(value, Take(bytes));
        Take(1)[0] = 0;
        return this;
    }

    /// <summary>Appends a document, byte for byte.</summary>
    public RawBsonBuilder Add(string name, ReadOnlySpan<byte> document)
    {
        Header(BsonType.Document, name);
        return Element(document);
    }

    /// <summary>Appends a document as the next item of the open array, byte for byte.</summary>
    public RawBsonBuilder Item(ReadOnlySpan<byte> document)
    {
        var (start, index) = _open.Pop();
        _open.Push((start, index + 1));
        return Add(index.ToString(CultureInfo.InvariantCulture), document);
    }

    /// <summary>Opens a nested document, until <see cref="End"/>.</summary>
    public RawBsonBuilder BeginDocument(string name)
    {
        Header(BsonType.Document, name);
        return Open();
    }

    /// <summary>Opens an array, until <see cref="End"/>; its items are added by <see cref="Item"/>.</summary>
    public RawBsonBuilder BeginArray(string name)
    {
        Header(BsonType.Array, name);
        return Open();
    }

    /// <summary>Closes what was opened last.</summary>
    public RawBsonBuilder End()
    {
        Take(1)[0] = 0;
        var start = _open.Pop().Start;
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start), _length - start);
        return this;
    }

    /// <summary>Closes the document; its bytes are valid until the builder is disposed.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        while (_open.Count > 0) End();
        return _buffer.AsMemory(0, _length);
    }

    /// <summary>Closes the document and copies its bytes.</summary>
    public byte[] ToArray() => Finish().ToArray();

    /// <summary>Closes the document and copies it.</summary>
    public RawBsonDocument ToDocument() => new(ToArray());

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private RawBsonBuilder Open()
    {
        _open.Push((_length, 0));
        Take(4);
        return this;
    }

    private void Header(BsonType type, string name)
    {
        var bytes = Encoding.UTF8.GetByteCount(name);
        var header = Take(bytes + 2);
        header[0] = (byte)type;
        Encoding.UTF8.GetBytes(name, header[1..]);
        header[^1] = 0;
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + count, _buffer.Length * 2));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
