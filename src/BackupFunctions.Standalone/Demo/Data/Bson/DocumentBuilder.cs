using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace BackupFunctions.Standalone.Demo.Data.Bson;

/// <summary>
/// Builds BSON documents byte by byte, among them what a driver's classes refuse: names that occur twice, deprecated types, strings that are no
/// UTF-8. One builder makes many documents, one after another. Source: bsonspec.org.
/// </summary>
internal sealed class DocumentBuilder
{
    private static readonly string[] Indexes = [.. Enumerable.Range(0, 64).Select(Text)];

    private readonly Stack<int> _open = new();
    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>Starts a document of its own.</summary>
    public DocumentBuilder Start()
    {
        (_length, _) = (0, _open.Count == 0 ? 0 : throw new InvalidOperationException("a document is still open"));
        return Open();
    }

    /// <summary>Ends the document and gives its bytes.</summary>
    public byte[] Finish()
    {
        Close();
        return _open.Count == 0 ? _buffer.AsSpan(0, _length).ToArray() : throw new InvalidOperationException("a nested document is still open");
    }

    /// <summary>Opens a nested document; <see cref="End"/> closes it.</summary>
    public DocumentBuilder Begin(string name)
    {
        Header(BsonTypeCode.Document, name);
        return Open();
    }

    /// <summary>Opens an array, whose names are <see cref="At"/>; <see cref="End"/> closes it.</summary>
    public DocumentBuilder BeginArray(string name)
    {
        Header(BsonTypeCode.Array, name);
        return Open();
    }

    /// <summary>Closes what was opened last.</summary>
    public DocumentBuilder End()
    {
        Close();
        return this;
    }

    /// <summary>The name of an array's element.</summary>
    public static string At(int index) => index < Indexes.Length ? Indexes[index] : Text(index);

    public DocumentBuilder Double(string name, double value)
    {
        Header(BsonTypeCode.Double, name);
        BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);
        return this;
    }

    public DocumentBuilder String(string name, string value)
    {
        Header(BsonTypeCode.String, name);
        var bytes = Encoding.UTF8.GetByteCount(value);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), bytes + 1);
        Encoding.UTF8.GetBytes(value, Take(bytes));
        Take(1)[0] = 0;
        return this;
    }

    public DocumentBuilder Binary(string name, byte subtype, ReadOnlySpan<byte> value)
    {
        Header(BsonTypeCode.Binary, name);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value.Length);
        Take(1)[0] = subtype;
        value.CopyTo(Take(value.Length));
        return this;
    }

    public DocumentBuilder ObjectId(string name, ReadOnlySpan<byte> value)
    {
        Header(BsonTypeCode.ObjectId, name);
        value.CopyTo(Take(12));
        return this;
    }

    public DocumentBuilder Boolean(string name, bool value)
    {
        Header(BsonTypeCode.Boolean, name);
        Take(1)[0] = value ? (byte)1 : (byte)0;
        return this;
    }

    /// <summary>A date in milliseconds since 1970, which may be far outside of what calendars know.</summary>
    public DocumentBuilder Date(string name, long milliseconds) => Integer(BsonTypeCode.DateTime, name, milliseconds);

    public DocumentBuilder Null(string name)
    {
        Header(BsonTypeCode.Null, name);
        return this;
    }

    public DocumentBuilder Int32(string name, int value)
    {
        Header(BsonTypeCode.Int32, name);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
        return this;
    }

    public DocumentBuilder Int64(string name, long value) => Integer(BsonTypeCode.Int64, name, value);

    public DocumentBuilder Timestamp(string name, uint seconds, uint increment) =>
        Integer(BsonTypeCode.Timestamp, name, (long)(((ulong)seconds << 32) | increment));

    /// <summary><paramref name="coefficient"/> x 10^<paramref name="exponent"/>, in the binary integer encoding of IEEE 754-2008.</summary>
    public DocumentBuilder Decimal(string name, long coefficient, int exponent) => Raw(name, BsonTypeCode.Decimal128, Decimal128.Encode(coefficient, exponent));

    /// <summary>Any value: its type and the bytes behind its name.</summary>
    public DocumentBuilder Raw(string name, byte type, ReadOnlySpan<byte> value)
    {
        Header(type, name);
        value.CopyTo(Take(value.Length));
        return this;
    }

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);

    private DocumentBuilder Integer(byte type, string name, long value)
    {
        Header(type, name);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        return this;
    }

    private DocumentBuilder Open()
    {
        _open.Push(_length);
        Take(4);
        return this;
    }

    private void Close()
    {
        Take(1)[0] = 0;
        var start = _open.Pop();
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start), _length - start);
    }

    private void Header(byte type, string name)
    {
        var bytes = Encoding.UTF8.GetByteCount(name);
        var header = Take(bytes + 2);
        header[0] = type;
        Encoding.UTF8.GetBytes(name, header[1..]);
        header[^1] = 0;
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        var taken = _buffer.AsSpan(_length, count);
        _length += count;
        return taken;
    }
}
