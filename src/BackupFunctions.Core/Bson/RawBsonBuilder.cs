using System.Globalization;
using MongoDB.Bson;

namespace BackupFunctions.Bson;

/// <summary>
/// Builds a raw BSON document, taking elements and documents over byte for byte: commands that carry user data are made here, since a decoded
/// document loses duplicate names, NaN payloads and types that the driver does not know. Disposing it returns the buffer.
/// </summary>
public sealed class RawBsonBuilder : IDisposable
{
    private readonly BsonOutput _output;
    private readonly Stack<int> _nextIndex = new();

    /// <summary>Starts a document; the buffer grows as needed.</summary>
    public RawBsonBuilder(int capacity = 256)
    {
        _output = new(capacity);
        Open();
    }

    /// <summary>Appends an element as it is in another document: type, name and value.</summary>
    public RawBsonBuilder Element(ReadOnlySpan<byte> element)
    {
        _output.Bytes(element);
        return this;
    }

    /// <summary>Appends an int32.</summary>
    public RawBsonBuilder Add(string name, int value)
    {
        _output.Element(BsonType.Int32, name);
        _output.Int32(value);
        return this;
    }

    /// <summary>Appends an int64.</summary>
    public RawBsonBuilder Add(string name, long value)
    {
        _output.Element(BsonType.Int64, name);
        _output.Int64(value);
        return this;
    }

    /// <summary>Appends a boolean.</summary>
    public RawBsonBuilder Add(string name, bool value)
    {
        _output.Element(BsonType.Boolean, name);
        _output.Byte(value ? (byte)1 : (byte)0);
        return this;
    }

    /// <summary>Appends a string.</summary>
    public RawBsonBuilder Add(string name, string value)
    {
        _output.Element(BsonType.String, name);
        _output.String(value);
        return this;
    }

    /// <summary>Appends a document, byte for byte.</summary>
    public RawBsonBuilder Add(string name, ReadOnlySpan<byte> document)
    {
        _output.Element(BsonType.Document, name);
        return Element(document);
    }

    /// <summary>Appends a document as the next item of the open array, byte for byte.</summary>
    public RawBsonBuilder Item(ReadOnlySpan<byte> document)
    {
        var index = _nextIndex.Pop();
        _nextIndex.Push(index + 1);
        return Add(index.ToString(CultureInfo.InvariantCulture), document);
    }

    /// <summary>Opens a nested document, until <see cref="End"/>.</summary>
    public RawBsonBuilder BeginDocument(string name)
    {
        _output.Element(BsonType.Document, name);
        return Open();
    }

    /// <summary>Opens an array, until <see cref="End"/>; its items are added by <see cref="Item"/>.</summary>
    public RawBsonBuilder BeginArray(string name)
    {
        _output.Element(BsonType.Array, name);
        return Open();
    }

    /// <summary>Closes what was opened last.</summary>
    public RawBsonBuilder End()
    {
        _nextIndex.Pop();
        _output.Close();
        return this;
    }

    /// <summary>Closes the document; its bytes are valid until the builder is disposed.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        while (_output.Depth > 0) End();
        return _output.Written;
    }

    /// <summary>Closes the document and copies its bytes.</summary>
    public byte[] ToArray() => Finish().ToArray();

    /// <summary>Closes the document and copies it.</summary>
    public RawBsonDocument ToDocument() => new(ToArray());

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    private RawBsonBuilder Open()
    {
        _nextIndex.Push(0);
        _output.Open();
        return this;
    }
}
