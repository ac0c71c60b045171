using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

/// <summary>A session with a transaction, driven by raw commands.</summary>
internal sealed class TransactionSession(EmbeddedServer server, Guid id, long number)
{
    private bool _begun;

    public BsonDocument SessionId { get; } = new("id", new BsonBinaryData(id, GuidRepresentation.Standard));

    public BsonDocument Run(string json) => Run(BsonDocument.Parse(json));

    public BsonDocument Run(BsonDocument command, string database = "test") => server.Run(Statement(command), database);

    /// <summary>The documents of a first batch as text.</summary>
    public List<string> Batch(string json) => [.. Run(json)["cursor"]["firstBatch"].AsBsonArray.Select(d => d.ToJson())];

    /// <summary>The code of a statement's error, and whether it is labelled as one to try the transaction again after.</summary>
    public (int Code, bool Transient) Fails(string json, bool fresh = false, string database = "test")
    {
        var command = BsonDocument.Parse(json);
        if (fresh) _begun = true;
        var error = Should.Throw<CommandException>(() => Run(command, database));
        return (error.Code, error.Extra?.GetValue("errorLabels", new BsonArray()).AsBsonArray.Contains("TransientTransactionError") == true);
    }

    public void Commit() => Run(new BsonDocument("commitTransaction", 1), "admin");

    public void Commit(BsonTimestamp at) => Run(new BsonDocument { { "commitTransaction", 1 }, { "commitTimestamp", at } }, "admin");

    public void Abort() => Run(new BsonDocument("abortTransaction", 1), "admin");

    public BsonTimestamp Prepare() => Run(new BsonDocument("prepareTransaction", 1), "admin")["prepareTimestamp"].AsBsonTimestamp;

    /// <summary>The next transaction of the session.</summary>
    public TransactionSession Next() => new(server, id, number + 1);

    private BsonDocument Statement(BsonDocument command)
    {
        if (!_begun && command.GetElement(0).Name is not ("commitTransaction" or "abortTransaction")) command.Add("startTransaction", true);
        _begun = true;
        var fields = new BsonDocument { { "lsid", SessionId }, { "txnNumber", number }, { "autocommit", false } };
        return command.AddRange(fields.Where(f => !command.Contains(f.Name)));
    }
}

internal static class TransactionSessions
{
    /// <summary>A new session with a transaction of this number; its first statement begins it.</summary>
    public static TransactionSession Begin(this EmbeddedServer server, long number = 1) => new(server, server.Store.Ids.NextUuid(), number);
}
