using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>What <c>config.transactions</c> says of a session: its newest transaction or retryable write that is in the oplog.</summary>
internal sealed record SessionRecord(RawValue SessionId, long TransactionNumber, BsonTimestamp Last, string? State = null, BsonTimestamp? Start = null)
{
    /// <summary>The document, its fields in the server's order.</summary>
    public byte[] ToDocument(DateTime wall, long term)
    {
        var writer = new RawWriter().Append("_id", SessionId).Append("txnNum", TransactionNumber);
        if (Start is not null) writer.Append("startOpTime", Optime(Start, term));
        writer.Append("lastWriteOpTime", Optime(Last, term)).Append("lastWriteDate", new BsonDateTime(wall));
        if (State is not null) writer.Append("state", State);
        return writer.ToDocument();
    }

    private static BsonDocument Optime(BsonTimestamp ts, long term) => new() { { "ts", ts }, { "t", term } };
}

/// <summary>Keeps <c>config.transactions</c>. As on a server, these writes have no oplog entries: every member makes its own from the oplog.</summary>
internal static class SessionRecords
{
    public static readonly Namespace Collection = new("config", "transactions");

    public static void Put(WriteUnit unit, SessionRecord record)
    {
        if (unit.Find(Collection) is not StoredCollection) return;
        var (editor, bytes) = (unit.Edit(Collection), record.ToDocument(unit.Clock.Now, unit.Clock.Term));
        if (editor.FindById(record.SessionId) is { } old) editor.Replace(old, bytes);
        else editor.Insert(bytes);
    }
}
