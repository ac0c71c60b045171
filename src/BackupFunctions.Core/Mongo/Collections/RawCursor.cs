using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Runs a command that answers with a cursor, and gives its documents as raw bytes; the driver's own methods decode them.</summary>
internal static class RawCursor
{
    public static async IAsyncEnumerable<RawBsonDocument> Read(
        MongoConnection connection, string database, RawBsonDocument command, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var target = connection.Client.GetDatabase(database);
        using var session = await connection.Client.StartSessionAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        while (true)
        {
            // metadata comes from the primary, where it is newest, and where a getMore finds its cursor again
            using var reply = await target.RunCommandAsync<RawBsonDocument>(session, command, ReadPreference.PrimaryPreferred, cancellationToken).ConfigureAwait(false);
            var (documents, cursor, collection) = Parse(reply);
            foreach (var document in documents) yield return document;
            if (cursor == 0) yield break;
            using var more = new RawBsonBuilder();
            command = more.Add("getMore", cursor).Add("collection", collection).ToDocument();
        }
    }

    private static (IReadOnlyList<RawBsonDocument> Documents, long Cursor, string Collection) Parse(RawBsonDocument reply)
    {
        var cursor = RawBson.Nested(reply.Bytes().Span, "cursor"u8);
        if (cursor.IsEmpty) throw new BackupException(ErrorKind.Failed, "read the server's reply: it has no cursor");
        var batch = RawBson.Nested(cursor, "firstBatch"u8);
        if (batch.IsEmpty) batch = RawBson.Nested(cursor, "nextBatch"u8);
        var documents = new List<RawBsonDocument>();
        foreach (var item in new RawElements(batch)) documents.Add(new RawBsonDocument(item.Value.ToArray()));
        var id = RawBson.TryFind(cursor, "id"u8, out var found) && found.Type == BsonType.Int64 ? BinaryPrimitives.ReadInt64LittleEndian(found.Value) : 0;
        // the part after the database: "$cmd.listCollections", or a collection's name
        var ns = RawBson.TryFind(cursor, "ns"u8, out var name) ? System.Text.Encoding.UTF8.GetString(name.Value[4..^1]) : ".";
        return (documents, id, ns[(ns.IndexOf('.', StringComparison.Ordinal) + 1)..]);
    }
}
