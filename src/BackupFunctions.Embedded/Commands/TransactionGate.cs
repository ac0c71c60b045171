using System.Collections.Frozen;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>
/// Runs the statements of transactions: finds or begins the transaction, aborts it when a statement fails, and labels the errors after which
/// the whole transaction may be tried again.
/// </summary>
internal static class TransactionGate
{
    private const string Transient = "TransientTransactionError";

    private static readonly FrozenSet<string> Allowed = FrozenSet.Create(
        StringComparer.Ordinal,
        "insert", "update", "delete", "findAndModify", "findandmodify", "find", "getMore", "killCursors", "aggregate", "distinct", "create", "createIndexes");

    private static readonly FrozenSet<string> Ends = FrozenSet.Create(StringComparer.Ordinal, "commitTransaction", "abortTransaction", "prepareTransaction");

    /// <summary>Whether a command may stand in a transaction.</summary>
    public static bool Allows(string command) => Allowed.Contains(command) || Ends.Contains(command);

    /// <summary>Runs a command: as a statement of its transaction where it names one.</summary>
    public static async ValueTask<BsonDocument> Run(Store store, CommandContext context, CommandHandler run)
    {
        var body = context.Body;
        if (!body.Contains("autocommit"))
        {
            if (Ends.Contains(context.Name)) throw Invalid($"{context.Name} must be run within a transaction");
            return body.Contains("startTransaction") ? throw Invalid("'startTransaction' field requires 'autocommit' field to also be specified") : await run(context);
        }
        var ends = Ends.Contains(context.Name);
        try
        {
            context.Transaction = Enter(store, context, ends);
            if (!ends) context.Catalog = store.Exclusively(() => View(store, context.Transaction));
            var reply = await run(context);
            // a write error ends a transaction, however few of the statements have failed
            if (!ends && reply.Contains("writeErrors")) store.Transactions.GiveUp(context.Transaction);
            return reply;
        }
        catch (WriteConflictException)
        {
            store.Transactions.GiveUp(context.Transaction!);
            throw Labelled(new CommandException(112, "WriteConflict", "Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction."));
        }
        catch (CommandException e)
        {
            if (context.Transaction is not null && !ends) store.Transactions.GiveUp(context.Transaction);
            throw IsTransient(e.Code) ? Labelled(e) : e;
        }
    }

    private static Transaction Enter(Store store, CommandContext context, bool ends)
    {
        var body = context.Body;
        if (body["autocommit"] is not { IsBoolean: true } autocommit || autocommit.AsBoolean) throw Invalid("Specifying autocommit=true is not allowed.");
        if (!body.TryGetValue("txnNumber", out var given) || !given.IsInt64) throw Invalid("'autocommit' field requires a transaction number to also be specified");
        if (!body.TryGetValue("lsid", out var lsid)) throw Invalid("Transaction number requires a session ID to also be specified");
        if (!Allows(context.Name)) throw Unsupported($"Cannot run '{context.Name}' in a multi-document transaction.");
        if (!ends && context.Database is ("admin" or "local" or "config")) throw Unsupported($"Cannot run command against the '{context.Database}' database in a transaction.");
        var (sessionId, number) = (SessionIds.Of(RawValue.From(lsid), context.Connection), given.AsInt64);
        if (!body.TryGetValue("startTransaction", out var start)) return store.Transactions.Find(sessionId, number);
        if (start is not { IsBoolean: true } || !start.AsBoolean) throw Invalid("Specifying startTransaction=false is not allowed.");
        if (ends) throw Unsupported($"Cannot run '{context.Name}' with 'startTransaction'.");
        return store.Transactions.Begin(sessionId, number, At(body));
    }

    private static Catalog View(Store store, Transaction transaction)
    {
        store.Transactions.Check(transaction);
        return transaction.View;
    }

    /// <summary>The cluster time that a transaction's reads are asked for at, or null.</summary>
    private static BsonTimestamp? At(BsonDocument body) =>
        body.TryGetValue("readConcern", out var concern) && concern is BsonDocument document && document.TryGetValue("atClusterTime", out var at) ? at as BsonTimestamp : null;

    // LockTimeout, SnapshotTooOld, SnapshotUnavailable, NoSuchTransaction, PreparedTransactionInProgress
    private static bool IsTransient(int code) => code is 24 or 112 or 239 or 246 or 251 or 267;

    private static CommandException Labelled(CommandException e)
    {
        var extra = e.Extra is null ? [] : new BsonDocument(e.Extra);
        return new CommandException(e.Code, e.CodeName, e.Message, extra.Add("errorLabels", new BsonArray { Transient }));
    }

    private static CommandException Invalid(string message) => new(72, "InvalidOptions", message);

    private static CommandException Unsupported(string message) => new(263, "OperationNotSupportedInTransaction", message);
}
