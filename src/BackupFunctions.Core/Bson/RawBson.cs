using System.Runtime.InteropServices;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace BackupFunctions.Bson;

/// <summary>Bytes of raw documents, found and compared without decoding.</summary>
public static class RawBson
{
    /// <summary>A document without fields.</summary>
    public static RawBsonDocument Empty => new([5, 0, 0, 0, 0]);

    /// <summary>A document over these bytes, which must stay as they are while it is used.</summary>
    public static RawBsonDocument Document(ReadOnlyMemory<byte> bytes)
    {
        if (!MemoryMarshal.TryGetArray(bytes, out var segment)) segment = new(bytes.ToArray());
        var buffer = new ByteArrayBuffer(segment.Array!, segment.Offset + segment.Count, isReadOnly: true);
        return new RawBsonDocument(segment.Offset == 0 ? buffer : new ByteBufferSlice(buffer, segment.Offset, segment.Count));
    }

    /// <summary>The document's bytes: its own buffer where that is in one piece, else a copy. Valid until it is disposed.</summary>
    public static ReadOnlyMemory<byte> Bytes(this RawBsonDocument document)
    {
        var slice = document.Slice;
        var segment = slice.AccessBackingBytes(0);
        if (segment.Count >= slice.Length) return segment.AsMemory(0, slice.Length);
        var copy = new byte[slice.Length];
        slice.GetBytes(0, copy, 0, copy.Length);
        return copy;
    }

    /// <summary>A copy that needs nothing of the buffer it came from.</summary>
    public static RawBsonDocument Detach(this RawBsonDocument document) => Document(document.Bytes().ToArray());

    /// <summary>The first element of this name (UTF-8).</summary>
    public static bool TryFind(ReadOnlySpan<byte> document, ReadOnlySpan<byte> name, out RawElement element)
    {
        var elements = new RawElements(document);
        while (elements.MoveNext())
        {
            if (!elements.Name.SequenceEqual(name)) continue;
            element = elements.Current;
            return true;
        }
        element = default;
        return false;
    }

    /// <summary>The nested document (or array) of this name, as raw bytes; empty when it is absent or of another type.</summary>
    public static ReadOnlySpan<byte> Nested(ReadOnlySpan<byte> document, ReadOnlySpan<byte> name) =>
        TryFind(document, name, out var element) && element.Type is BsonType.Document or BsonType.Array ? element.Value : default;

    /// <summary>The characters of a string element; empty when there is none of this name.</summary>
    public static string Text(ReadOnlySpan<byte> document, ReadOnlySpan<byte> name) => TryFind(document, name, out var found) && found.Type == BsonType.String ? found.Text : "";

    /// <summary>The one-field document <c>{_id: v}</c> of a document, of whatever type v is; null when it has no <c>_id</c>.</summary>
    public static RawBsonDocument? Id(ReadOnlySpan<byte> document)
    {
        if (!TryFind(document, "_id"u8, out var id)) return null;
        using var builder = new RawBsonBuilder();
        return builder.Element(id.Whole).ToDocument();
    }

    /// <summary>The bytes as the server stores them: <c>_id</c> first, the rest in order.</summary>
    public static ReadOnlyMemory<byte> WithIdFirst(ReadOnlyMemory<byte> document)
    {
        if (!TryFind(document.Span, "_id"u8, out var id) || document.Span[4..].StartsWith(id.Whole)) return document;
        using var builder = new RawBsonBuilder();
        builder.Element(id.Whole);
        var moved = false;
        foreach (var element in new RawElements(document.Span))
        {
            if (!moved && element.Name.SequenceEqual("_id"u8)) moved = true;
            else builder.Element(element.Whole);
        }
        return builder.ToArray();
    }
}
