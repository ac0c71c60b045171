using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>findAndModify</c>.</summary>
internal static class FindAndModifyCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(
            context, "query", "sort", "remove", "update", "new", "fields", "upsert", "bypassDocumentValidation", "bypassEmptyTsReplacement", "collation", "hint", "let", "arrayFilters");
        var ns = WriteTarget.Of(arguments);
        var (remove, update) = (arguments.Flag("remove"), arguments["update"]);
        if (!arguments["arrayFilters"].IsMissing) throw Failed("'arrayFilters' is not supported by this server");
        if (remove && !update.IsMissing) throw Failed("Cannot specify both an update and remove=true");
        if (!remove && update.IsMissing) throw Failed("Either an update or remove=true must be specified");
        if (remove && arguments.Flag("upsert")) throw Failed("Cannot specify both upsert=true and remove=true");
        if (remove && arguments.Flag("new")) throw Failed("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
        return store.Write(context, unit =>
        {
            var log = StatementLog.Open(store, unit, arguments);
            if (log?.Result(0) is { } repeated) return new BsonDocument(repeated).Add("retriedStmtId", log.Id(0));
            WriteTarget.Check(unit, ns);
            var collection = unit.Find(ns) as Collection;
            Collations.Check(arguments["collation"], collection);
            var query = new QueryRequest(FilterParser.Parse(arguments.Object("query")))
            {
                Sort = SortOrder.Parse(arguments.Object("sort")),
                Hint = arguments["hint"],
                Limit = 1,
            };
            var (reply, optime) = remove ? Remove(unit, ns, collection, query, arguments, log) : Update(unit, ns, query, arguments, log);
            log?.Done(0, reply, optime);
            return new BsonDocument(reply);
        });
    }

    private static (BsonDocument Reply, BsonTimestamp? Optime) Remove(
        WriteUnit unit, Namespace ns, Collection? collection, QueryRequest query, Arguments arguments, StatementLog? log)
    {
        foreach (var record in collection is null ? [] : query.Run(collection).ToList())
        {
            var optime = unit.Delete(ns, record, log?.Statement(0));
            return (Reply(new BsonDocument("n", 1), record.Bytes, arguments), optime);
        }
        return (Reply(new BsonDocument("n", 0), null, arguments), null);
    }

    private static (BsonDocument Reply, BsonTimestamp? Optime) Update(WriteUnit unit, Namespace ns, QueryRequest query, Arguments arguments, StatementLog? log)
    {
        var update = UpdateParser.Parse(arguments["update"], arguments.Flag("bypassEmptyTsReplacement"));
        var statement = new UpdateStatement(query, update, Multi: false, arguments.Flag("upsert"), arguments.Flag("bypassDocumentValidation"));
        var outcome = statement.Run(unit, ns, log?.Statement(0));
        var upserted = !outcome.UpsertedId.IsMissing;
        var last = new BsonDocument { { "n", outcome.Matched > 0 || upserted ? 1 : 0 }, { "updatedExisting", outcome.Matched > 0 } };
        if (upserted) last.Add("upserted", outcome.UpsertedId.ToBson());
        return (Reply(last, arguments.Flag("new") ? outcome.After : outcome.Before, arguments), outcome.Optime);
    }

    private static BsonDocument Reply(BsonDocument last, byte[]? document, Arguments arguments)
    {
        BsonValue value = BsonNull.Value;
        if (document is not null)
        {
            var projection = Projection.Parse(arguments.Object("fields"));
            value = projection is null ? new RawBsonDocument(document) : projection.Apply(RawValue.Document(document)).ToBson();
        }
        return new BsonDocument { { "lastErrorObject", last }, { "value", value } };
    }

    private static CommandException Failed(string message) => new(9, "FailedToParse", message);
}
