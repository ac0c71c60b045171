using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>
/// Writes BSON byte for byte as told. The driver's writer refuses values that servers hold (a UUID subtype of another length than 16), so
/// that Extended JSON could not be read back exactly.
/// </summary>
internal sealed class BsonOutput
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Stack<int> _open = new();
    private readonly List<(int At, int Length)> _lengths = [];
    private byte[]? _result;

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
        _open.Push(_buffer.WrittenCount);
        Int32(0);
    }

    /// <summary>Closes what was opened last; documents and arrays end with a zero byte.</summary>
    public void Close(bool zero = true)
    {
        if (zero) Byte(0);
        var start = _open.Pop();
        _lengths.Add((start, _buffer.WrittenCount - start));
    }

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Bytes(ReadOnlySpan<byte> value) => _buffer.Write(value);

    /// <summary>A string with its length and closing zero.</summary>
    public void String(string value)
    {
        Int32(Encoding.UTF8.GetByteCount(value) + 1);
        Encoding.UTF8.GetBytes(value, _buffer);
        Byte(0);
    }

    /// <summary>Text closed by a zero byte.</summary>
    public void CString(string value)
    {
        if (value.Contains('\0')) throw new FormatException("a name, pattern or option holds a zero character");
        Encoding.UTF8.GetBytes(value, _buffer);
        Byte(0);
    }

    /// <summary>Everything written, once all that was opened is closed.</summary>
    public byte[] ToArray()
    {
        if (_open.Count != 0) throw new InvalidOperationException("a document is still open");
        if (_result is not null) return _result;
        _result = _buffer.WrittenSpan.ToArray();
        foreach (var (at, length) in _lengths) BinaryPrimitives.WriteInt32LittleEndian(_result.AsSpan(at), length);
        return _result;
    }
}
