using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>A statement of a retryable write: what its oplog entry says about it.</summary>
internal sealed record RetryableStatement(RawValue SessionId, long TransactionNumber, int StatementId, BsonTimestamp Previous);

/// <summary>An entry of the oplog before it has its optime.</summary>
internal sealed record OplogEntry(string Op, string Namespace, Guid? Uuid, RawValue O, RawValue O2 = default, RetryableStatement? Statement = null)
{
    private const long Version = 2;

    /// <summary>The entry's document, its fields in the server's order.</summary>
    public byte[] ToDocument(BsonTimestamp optime, DateTime wall, long term)
    {
        var writer = new RawWriter(O.Length + 256);
        if (Statement is { } statement)
        {
            writer.Append("lsid", statement.SessionId).Append("txnNumber", statement.TransactionNumber);
        }
        writer.Append("op", Op).Append("ns", Namespace);
        if (Uuid is { } uuid) writer.Append("ui", new BsonBinaryData(uuid, GuidRepresentation.Standard));
        writer.Append("o", O);
        if (!O2.IsMissing) writer.Append("o2", O2);
        if (Statement is { } retryable) writer.Append("stmtId", retryable.StatementId);
        writer.Append("ts", RawValue.From(optime)).Append("t", term).Append("v", Version).Append("wall", new BsonDateTime(wall));
        if (Statement is { } linked)
        {
            var first = linked.Previous.Value == 0;
            writer.Append("prevOpTime", new BsonDocument { { "ts", linked.Previous }, { "t", first ? -1L : term } });
        }
        return writer.ToDocument();
    }

    /// <summary>An entry for a command on a database.</summary>
    public static OplogEntry Command(Namespace ns, Guid? uuid, BsonDocument o, BsonDocument? o2 = null) =>
        new("c", ns.Command.ToString(), uuid, RawValue.From(o), o2 is null ? default : RawValue.From(o2));
}
