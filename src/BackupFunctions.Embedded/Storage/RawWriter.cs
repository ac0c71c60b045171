using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Builds one BSON document; values are copied as they are.</summary>
internal sealed class RawWriter
{
    private byte[] _buffer;
    private int _length = 4;

    public RawWriter(int capacity = 256) => _buffer = new byte[Math.Max(capacity, 16)];

    public RawWriter Append(ReadOnlySpan<byte> name, RawValue value)
    {
        Header(value.Type, name);
        Write(value.Span);
        return this;
    }

    public RawWriter Append(string name, RawValue value) => Append(Encoding.UTF8.GetBytes(name), value);

    public RawWriter Append(string name, int value) => Append(name, RawValue.From(value));

    public RawWriter Append(string name, long value) => Append(name, RawValue.From(value));

    public RawWriter Append(string name, bool value) => Append(name, RawValue.From(value));

    public RawWriter Append(string name, string value) => Append(name, RawValue.From(value));

    public RawWriter Append(string name, BsonValue value) => Append(name, RawValue.From(value));

    /// <summary>Copies an element with its name.</summary>
    public RawWriter Append(RawElement element)
    {
        Write(element.Span);
        return this;
    }

    /// <summary>Copies elements that were written by another writer.</summary>
    public RawWriter AppendAll(RawValue document)
    {
        Write(document.Span[4..^1]);
        return this;
    }

    /// <summary>Opens a document or an array; give the mark to <see cref="End"/>.</summary>
    public int Begin(BsonType type, ReadOnlySpan<byte> name)
    {
        Header(type, name);
        var mark = _length;
        Reserve(4);
        _length += 4;
        return mark;
    }

    public int Begin(BsonType type, string name) => Begin(type, Encoding.UTF8.GetBytes(name));

    public void End(int mark)
    {
        Reserve(1);
        _buffer[_length++] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(mark), _length - mark);
    }

    /// <summary>Closes and gives the document; the writer is spent.</summary>
    public byte[] ToDocument()
    {
        End(0);
        return _buffer.AsSpan(0, _length).ToArray();
    }

    /// <summary>An array of these values.</summary>
    public static RawValue Array(IEnumerable<RawValue> values)
    {
        var writer = new RawWriter();
        var index = 0;
        foreach (var value in values) writer.Append((index++).ToString(CultureInfo.InvariantCulture), value);
        return RawValue.Array(writer.ToDocument());
    }

    private void Header(BsonType type, ReadOnlySpan<byte> name)
    {
        Reserve(name.Length + 2);
        _buffer[_length++] = (byte)type;
        name.CopyTo(_buffer.AsSpan(_length));
        _length += name.Length;
        _buffer[_length++] = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int more)
    {
        if (_length + more > _buffer.Length) System.Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}
