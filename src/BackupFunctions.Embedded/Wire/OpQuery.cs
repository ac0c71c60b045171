using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace BackupFunctions.Embedded.Wire;

/// <summary>
/// A parsed OP_QUERY (opcode 2004), with which clients may say hello and log in before they know that the server has OP_MSG:
/// flags, full collection name, number to skip, number to return, query.
/// </summary>
internal sealed record OpQuery(string Database, RawBsonDocument Query)
{
    private const string CommandCollection = ".$cmd";

    /// <summary>Parses the message; a query wrapped in <c>$query</c> is unwrapped.</summary>
    /// <exception cref="WireException">It is malformed, or no command: legacy queries ended with server 5.1.</exception>
    public static OpQuery Parse(Message message)
    {
        var bytes = message.Bytes.AsSpan(MessageHeader.Size);
        var nameEnd = bytes.Length < sizeof(int) ? -1 : bytes[sizeof(int)..].IndexOf((byte)0);
        if (nameEnd < 0) throw new WireException("read OP_QUERY: no collection name");
        var collection = Encoding.UTF8.GetString(bytes.Slice(sizeof(int), nameEnd));
        if (!collection.EndsWith(CommandCollection, StringComparison.Ordinal))
            throw new WireException($"read OP_QUERY on {collection}: only commands are known");

        var start = sizeof(int) + nameEnd + 1 + (2 * sizeof(int));
        if (start > bytes.Length) throw new WireException("read OP_QUERY: ends before its query");
        return new OpQuery(collection[..^CommandCollection.Length], ReadQuery(message.Bytes, MessageHeader.Size + start));
    }

    private static RawBsonDocument ReadQuery(byte[] bytes, int start)
    {
        try
        {
            var length = BsonStructure.Check(bytes.AsSpan(start));
            var query = new RawBsonDocument(new ByteArrayBuffer(bytes, isReadOnly: true).GetSlice(start, length));
            return query.TryGetValue("$query", out var wrapped) && wrapped is RawBsonDocument inner ? inner : query;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw new WireException($"read OP_QUERY: {e.Message}");
        }
    }
}
