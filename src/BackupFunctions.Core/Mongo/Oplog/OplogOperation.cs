using System.Text;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>What an oplog operation does; the letter that the oplog has for it.</summary>
public enum OplogOperationKind
{
    /// <summary><c>n</c>: nothing.</summary>
    Noop,

    /// <summary><c>i</c>: inserts a document.</summary>
    Insert,

    /// <summary><c>u</c>: changes one document.</summary>
    Update,

    /// <summary><c>d</c>: deletes one document.</summary>
    Delete,

    /// <summary><c>c</c>: a command.</summary>
    Command,

    /// <summary><c>cd</c>, <c>ci</c>, <c>cu</c>, <c>km</c>: kinds of newer servers that carry no user data.</summary>
    Internal,
}

/// <summary>
/// One operation: an oplog entry's own, or one of those inside its <c>applyOps</c>. <see cref="O"/> and <see cref="O2"/> are raw documents
/// within <see cref="Raw"/>; <see cref="O2"/> is empty when there is none. <see cref="Namespace"/> is <c>database.collection</c>, or
/// <c>database.$cmd</c> for a command, as the server wrote it.
/// </summary>
public sealed record OplogOperation(
    ReadOnlyMemory<byte> Raw, OplogOperationKind Kind, string Namespace, Guid? CollectionId, ReadOnlyMemory<byte> O, ReadOnlyMemory<byte> O2)
{
    /// <summary>Reads an operation; the bytes must stay as they are. What has no <c>op</c> or an unknown one is <see cref="ErrorKind.Corrupt"/>.</summary>
    public static OplogOperation Read(ReadOnlyMemory<byte> raw)
    {
        OplogOperationKind? kind = null;
        var ns = "";
        Guid? collection = null;
        ReadOnlyMemory<byte> o = default, o2 = default;
        foreach (var element in new RawElements(raw.Span))
        {
            var name = element.Name;
            if (name.SequenceEqual("op"u8) && element.Type == BsonType.String) kind = KindOf(element.Text) ?? throw BackupException.Corrupt($"read oplog operation: op '{element.Text}' is unknown");
            else if (name.SequenceEqual("ns"u8) && element.Type == BsonType.String) ns = element.Text;
            else if (name.SequenceEqual("ui"u8)) collection = Uuid(element);
            else if (name.SequenceEqual("o"u8) && element.Type == BsonType.Document) o = Within(raw, element.Value);
            else if (name.SequenceEqual("o2"u8) && element.Type == BsonType.Document) o2 = Within(raw, element.Value);
        }
        if (kind is not { } found) throw BackupException.Corrupt("read oplog operation: it has no op");
        if (o.IsEmpty) throw BackupException.Corrupt($"read oplog operation on {ns}: it has no o");
        return new(raw, found, ns, collection, o, o2);
    }

    /// <summary>The name of a command: that of the first field of <see cref="O"/>.</summary>
    public string CommandName => new RawElements(O.Span) is var fields && fields.MoveNext() ? Encoding.UTF8.GetString(fields.Name) : "";

    /// <summary>The database of <see cref="Namespace"/>.</summary>
    public string Database => Namespace.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? Namespace[..dot] : Namespace;

    /// <summary>The operations inside an <c>applyOps</c>, of which <see cref="O"/> is, in their bytes.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Inner()
    {
        var inner = new List<ReadOnlyMemory<byte>>();
        foreach (var item in new RawElements(RawBson.Nested(O.Span, "applyOps"u8)))
        {
            if (item.Type == BsonType.Document) inner.Add(Within(O, item.Value));
        }
        return inner;
    }

    /// <summary>The kind that the oplog has this letter for; null when it is not known.</summary>
    public static OplogOperationKind? KindOf(string letter) => letter switch
    {
        "i" => OplogOperationKind.Insert,
        "u" => OplogOperationKind.Update,
        "d" => OplogOperationKind.Delete,
        "c" => OplogOperationKind.Command,
        "n" => OplogOperationKind.Noop,
        "cd" or "ci" or "cu" or "km" => OplogOperationKind.Internal,
        _ => null,
    };

    private static Guid? Uuid(RawElement element) =>
        element.Type == BsonType.Binary && element.Value.Length == 21 && element.Value[4] == 4 ? new Guid(element.Value[5..], bigEndian: true) : null;

    private static ReadOnlyMemory<byte> Within(ReadOnlyMemory<byte> raw, ReadOnlySpan<byte> part)
    {
        raw.Span.Overlaps(part, out var offset);
        return raw.Slice(offset, part.Length);
    }
}
