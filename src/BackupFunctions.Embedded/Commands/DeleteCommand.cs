using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>delete</c>: all that match with limit 0, one with limit 1.</summary>
internal static class DeleteCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "deletes", "ordered", "let");
        var ns = WriteTarget.Of(arguments);
        var deletes = arguments.Documents("deletes");
        return store.Write(context, unit =>
        {
            var (statements, log) = (new WriteStatements(), StatementLog.Open(store, unit, arguments));
            WriteTarget.Check(unit, ns);
            statements.Run(deletes, arguments.Flag("ordered", true), log, Delete, (_, result) => statements.Count += result["n"].ToInt64());
            return statements.Reply();

            void Delete(byte[] document, int index)
            {
                var collection = unit.Find(ns) as Collection;
                var (query, all) = Parse(arguments, collection, RawValue.Document(document));
                if (all && log is not null) throw new CommandException(72, "InvalidOptions", "Cannot use retryable writes with limit=0");
                if (collection is null) return;
                var (deleted, optime) = (0L, (BsonTimestamp?)null);
                foreach (var record in (all ? query : query with { Limit = 1 }).Run(collection).ToList())
                {
                    optime = unit.Delete(ns, record, log?.Statement(index));
                    deleted++;
                }
                statements.Count += deleted;
                log?.Done(index, new BsonDocument("n", deleted), optime);
            }
        });
    }

    private static (QueryRequest Query, bool All) Parse(Arguments arguments, Collection? collection, RawValue statement)
    {
        RawValue query = default, limit = default, hint = default;
        foreach (var element in statement.Elements)
        {
            switch (element.Name)
            {
                case "q":
                    query = element.Value;
                    break;
                case "limit":
                    limit = element.Value;
                    break;
                case "hint":
                    hint = element.Value;
                    break;
                case "collation":
                    Collations.Check(element.Value, collection);
                    break;
                default:
                    throw new CommandException(40415, "Location40415", $"BSON field 'delete.deletes.{element.Name}' is an unknown field.");
            }
        }
        if (query.IsMissing) throw arguments.Required("deletes.q");
        if (limit.IsMissing) throw arguments.Required("deletes.limit");
        var most = Values.Long(limit);
        if (most is not (0 or 1)) throw new CommandException(9, "FailedToParse", $"The limit field in delete objects must be 0 or 1. Got {limit}");
        return (new QueryRequest(FilterParser.Parse(query)) { Hint = hint }, most == 0);
    }
}
