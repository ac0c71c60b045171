using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Bson;

/// <summary>
/// Writes BSON byte for byte as told, into a pooled buffer that grows as needed. The driver's writer refuses values that servers hold (a UUID
/// subtype of another length than 16), so that Extended JSON could not be read back exactly. Disposing it returns the buffer.
/// </summary>
internal sealed class BsonOutput(int capacity = 256) : IDisposable
{
    private readonly Stack<int> _open = new();
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 16));
    private int _length;

    /// <summary>How many documents, arrays and scoped codes are open.</summary>
    public int Depth => _open.Count;

    /// <summary>Everything written, once all that was opened is closed; valid until more is written or this is disposed.</summary>
    public ReadOnlyMemory<byte> Written =>
        _open.Count == 0 ? _buffer.AsMemory(0, _length) : throw new InvalidOperationException("a document is still open");

    /// <summary>Starts an element: its type and name.</summary>
    /// <exception cref="FormatException">The name holds a zero character.</exception>
    public void Element(BsonType type, string name)
    {
        Byte((byte)type);
        CString(name);
    }

    /// <summary>Opens a document, array or scoped code, whose length is filled in by <see cref="Close"/>.</summary>
    public void Open()
    {
        _open.Push(_length);
        Take(4);
    }

    /// <summary>Closes what was opened last; documents and arrays end with a zero byte.</summary>
    public void Close(bool zero = true)
    {
        if (zero) Byte(0);
        var start = _open.Pop();
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start), _length - start);
    }

    public void Byte(byte value) => Take(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>A string with its length and closing zero.</summary>
    public void String(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length + 1);
        Encoding.UTF8.GetBytes(value, Take(length));
        Byte(0);
    }

    /// <summary>Text closed by a zero byte.</summary>
    public void CString(string value)
    {
        if (value.Contains('\0')) throw new FormatException("a name, pattern or option holds a zero character");
        Encoding.UTF8.GetBytes(value, Take(Encoding.UTF8.GetByteCount(value)));
        Byte(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
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
