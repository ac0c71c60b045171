using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>One element of a document: its type byte, name and value, in place.</summary>
internal readonly struct RawElement(byte[] buffer, int start, int nameLength, RawValue value)
{
    public RawValue Value { get; } = value;

    public ReadOnlySpan<byte> NameBytes => buffer.AsSpan(start + 1, nameLength);

    public string Name => Encoding.UTF8.GetString(NameBytes);

    /// <summary>The element as it stands in the document.</summary>
    public ReadOnlySpan<byte> Span => buffer.AsSpan(start, Value.Offset + Value.Length - start);
}

/// <summary>The elements of a document or an array, in order; bytes that are no BSON give error 22 (InvalidBSON).</summary>
internal readonly struct RawElements(byte[] buffer, int offset, int length)
{
    public Enumerator GetEnumerator() => new(buffer, offset, length);

    public int Count()
    {
        var count = 0;
        foreach (var _ in this) count++;
        return count;
    }

    internal struct Enumerator(byte[] buffer, int offset, int length)
    {
        private readonly int _end = RawLayout.DocumentEnd(buffer, offset, length);
        private int _position = offset + 4;
        private RawElement _current;

        public readonly RawElement Current => _current;

        public bool MoveNext()
        {
            var start = _position;
            if (start >= _end) throw RawLayout.Invalid("document is not terminated");
            var type = buffer[start];
            if (type == 0) return start == _end - 1 ? false : throw RawLayout.Invalid("document ends before its length");
            var nameLength = buffer.AsSpan(start + 1, _end - start - 1).IndexOf((byte)0);
            if (nameLength < 0) throw RawLayout.Invalid("field name is not terminated");
            var at = start + nameLength + 2;
            var valueLength = RawLayout.ValueLength(type, buffer, at, _end - 1);
            _current = new RawElement(buffer, start, nameLength, new RawValue((BsonType)type, buffer, at, valueLength));
            _position = at + valueLength;
            return true;
        }
    }
}
