using System.Buffers.Binary;
using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Reads and writes documents of one collection by their ids; each method gives the number of documents that an update missed.</summary>
internal sealed class DocumentWrites(TargetCommands target)
{
    /// <summary>Deletes the documents that are there.</summary>
    public async Task<long> Delete(ReplayTarget to, IReadOnlyList<ReadOnlyMemory<byte>> ids, CancellationToken cancellationToken)
    {
        using var reply = await target.Run($"delete from {to.Namespace}", to.Namespace.Database, WriteCommands.Delete(to, ids), cancellationToken).ConfigureAwait(false);
        if (WriteReply.Errors(reply) is [var error, ..]) throw Refused("delete from", to, error, null);
        return 0;
    }

    /// <summary>Puts the documents in place of those with their ids, or makes them.</summary>
    public async Task<long> Replace(ReplayTarget to, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken, bool again = false)
    {
        var command = WriteCommands.Replace(to, documents, target.Version);
        using var reply = await target.Run($"write to {to.Namespace}", to.Namespace.Database, command, cancellationToken).ConfigureAwait(false);
        if (WriteReply.Errors(reply) is [var error, ..])
        {
            if (!to.Namespace.IsBuckets || !TimeseriesCommands.LacksMixedSchema(CollectionType.Timeseries, error) || again)
                throw Refused("write to", to, error, RawBson.Id(documents[error.Index].Span));
            using var changed = await target.Run($"change {to.Namespace.Owner}", to.Namespace.Database, TimeseriesCommands.AllowMixedSchema(to.Namespace.Owner), cancellationToken).ConfigureAwait(false);
            return await Replace(to, documents, cancellationToken, again: true).ConfigureAwait(false);
        }
        if (WriteReply.Count(reply) != documents.Count)
            throw new BackupException(ErrorKind.Failed, $"write to {to.Namespace}: the server says {WriteReply.Count(reply)} of {documents.Count} documents");
        return 0;
    }

    /// <summary>Brings documents that the target has up to date, as many at a time as one reply holds.</summary>
    public async Task<long> Update(ReplayTarget to, IReadOnlyList<FoldedDocument> documents, CancellationToken cancellationToken)
    {
        var left = new SortedDictionary<ReadOnlyMemory<byte>, FoldedDocument>(FoldedDocument.Ids);
        foreach (var document in documents) left.Add(document.Id, document);
        while (left.Count > 0)
        {
            var (changed, isAll) = await Read(to, left, cancellationToken).ConfigureAwait(false);
            foreach (var run in WriteCommands.Cut(changed, d => d.Length + 256)) await Replace(to, run, cancellationToken).ConfigureAwait(false);
            if (isAll) break;
        }
        return left.Values.Sum(d => (long)d.Waiting);
    }

    // takes out of what is left what the reply holds, and gives the new documents of it
    private async Task<(List<ReadOnlyMemory<byte>> Changed, bool IsAll)> Read(
        ReplayTarget to, SortedDictionary<ReadOnlyMemory<byte>, FoldedDocument> left, CancellationToken cancellationToken)
    {
        using var reply = await target.Run($"read from {to.Namespace}", to.Namespace.Database, WriteCommands.Find(to, [.. left.Keys]), cancellationToken).ConfigureAwait(false);
        var asked = left.Count;
        var changed = Change(to, reply, left);
        var cursor = Cursor(reply);
        if (cursor == 0) return (changed, true);
        if (left.Count == asked) throw new BackupException(ErrorKind.Failed, $"read from {to.Namespace}: the server sent no document, and says there are more");
        using var kill = new RawBsonBuilder();
        kill.Add("killCursors", to.Namespace.Collection).Element(CursorIds(cursor));
        using var killed = await target.Run($"close cursor on {to.Namespace}", to.Namespace.Database, kill.ToDocument(), cancellationToken).ConfigureAwait(false);
        return (changed, false);
    }

    private static List<ReadOnlyMemory<byte>> Change(ReplayTarget to, RawBsonDocument reply, SortedDictionary<ReadOnlyMemory<byte>, FoldedDocument> left)
    {
        var bytes = reply.Bytes();
        var changed = new List<ReadOnlyMemory<byte>>();
        foreach (var item in new RawElements(RawBson.Nested(RawBson.Nested(bytes.Span, "cursor"u8), "firstBatch"u8)))
        {
            bytes.Span.Overlaps(item.Value, out var start);
            var found = bytes.Slice(start, item.Value.Length);
            if (RawBson.Id(item.Value)?.Bytes() is not { } id || !left.Remove(id, out var document))
                throw new BackupException(ErrorKind.Failed, $"read from {to.Namespace}: the server sent a document that was not asked for");
            var after = document.Update(found);
            if (!after.Span.SequenceEqual(found.Span)) changed.Add(after);
        }
        return changed;
    }

    private static long Cursor(RawBsonDocument reply) =>
        RawBson.TryFind(RawBson.Nested(reply.Bytes().Span, "cursor"u8), "id"u8, out var id) && id.Type == BsonType.Int64 ? BinaryPrimitives.ReadInt64LittleEndian(id.Value) : 0;

    private static byte[] CursorIds(long cursor)
    {
        using var output = new BsonOutput();
        output.Element(BsonType.Array, "cursors");
        output.Open();
        output.Element(BsonType.Int64, "0");
        output.Int64(cursor);
        output.Close();
        return output.Written.ToArray();
    }

    private static BackupException Refused(string what, ReplayTarget to, WriteReply.Error error, RawBsonDocument? id) =>
        new(ErrorKind.Failed, $"{what} {to.Namespace}: document {id?.ToString() ?? error.Index.ToString(System.Globalization.CultureInfo.InvariantCulture)}: {error.Message} (code {error.Code})",
            error.Code == MongoErrors.DuplicateKey ? "replay into collections without unique indexes: they are built after it" : null);
}
