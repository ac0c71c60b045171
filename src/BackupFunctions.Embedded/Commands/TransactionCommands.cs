using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The ends of transactions, and of the sessions that hold them.</summary>
internal static class TransactionCommands
{
    public static BsonDocument Commit(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "commitTimestamp", "recoveryToken");
        OnAdmin(context);
        BsonTimestamp? at = arguments["commitTimestamp"] switch
        {
            { IsMissing: true } => null,
            { Type: BsonType.Timestamp } given => new BsonTimestamp(given.Int64),
            var other => throw arguments.WrongType("commitTimestamp", other, "timestamp"),
        };
        store.Transactions.Commit(context.Transaction!, at);
        return [];
    }

    public static BsonDocument Abort(Store store, CommandContext context)
    {
        Arguments.Read(context, "recoveryToken");
        OnAdmin(context);
        store.Transactions.Abort(context.Transaction!);
        return [];
    }

    /// <summary>What the coordinator of a sharded commit asks of each shard.</summary>
    public static BsonDocument Prepare(Store store, CommandContext context)
    {
        Arguments.Read(context);
        OnAdmin(context);
        return new BsonDocument("prepareTimestamp", store.Transactions.Prepare(context.Transaction!));
    }

    /// <summary><c>endSessions</c> and <c>killSessions</c>: sessions by their ids.</summary>
    public static BsonDocument End(Store store, CommandContext context)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (context.Body[0] is BsonArray sessions)
        {
            foreach (var session in sessions.OfType<BsonDocument>()) ids.Add(Key(SessionIds.Of(RawValue.From(session), context.Connection)));
        }
        var all = ids.Count == 0 && context.Name == "killSessions";
        store.Transactions.AbortOf(id => all || ids.Contains(Key(id)));
        return [];
    }

    /// <summary><c>killAllSessions</c>: those of all users, or of the users named.</summary>
    public static BsonDocument EndAll(Store store, CommandContext context)
    {
        store.Transactions.AbortOf(_ => true);
        return [];
    }

    private static void OnAdmin(CommandContext context)
    {
        if (context.Database != "admin") throw new CommandException(13, "Unauthorized", $"{context.Name} may only be run against the admin database.");
    }

    private static string Key(RawValue sessionId) => Convert.ToHexString(sessionId.Span);
}
