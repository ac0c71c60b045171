using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>update</c>.</summary>
internal static class UpdateCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "updates", "ordered", "bypassDocumentValidation", "bypassEmptyTsReplacement", "let");
        var ns = WriteTarget.Of(arguments);
        var updates = arguments.Documents("updates");
        return store.Write(context, unit =>
        {
            var (statements, log) = (new WriteStatements(), StatementLog.Open(store, unit, arguments));
            var (modified, upserted) = (0L, new BsonArray());
            WriteTarget.Check(unit, ns);
            statements.Run(updates, arguments.Flag("ordered", true), log, Update, Count);
            return statements.Reply(reply =>
            {
                if (upserted.Count > 0) reply.Add("upserted", upserted);
                reply.Add("nModified", CollectionStatistics.Number(modified));
            });

            void Update(byte[] document, int index)
            {
                var statement = Parse(arguments, unit.Find(ns) as Collection, RawValue.Document(document), log is not null);
                var outcome = statement.Run(unit, ns, log?.Statement(index));
                var result = new BsonDocument
                {
                    { "n", outcome.Matched + (outcome.UpsertedId.IsMissing ? 0 : 1) },
                    { "nModified", outcome.Modified },
                };
                if (!outcome.UpsertedId.IsMissing) result.Add("upserted", outcome.UpsertedId.ToBson());
                log?.Done(index, result, outcome.Optime);
                Count(index, result);
            }

            void Count(int index, BsonDocument result)
            {
                statements.Count += result["n"].ToInt64();
                modified += result["nModified"].ToInt64();
                if (result.TryGetValue("upserted", out var id)) upserted.Add(new BsonDocument { { "index", index }, { "_id", id } });
            }
        });
    }

    private static UpdateStatement Parse(Arguments arguments, Collection? collection, RawValue statement, bool retryable)
    {
        var (multi, upsert) = (false, false);
        RawValue query = default, update = default, hint = default;
        foreach (var element in statement.Elements)
        {
            switch (element.Name)
            {
                case "q":
                    query = element.Value;
                    break;
                case "u":
                    update = element.Value;
                    break;
                case "multi":
                    multi = Values.IsTrue(element.Value);
                    break;
                case "upsert":
                    upsert = Values.IsTrue(element.Value);
                    break;
                case "hint":
                    hint = element.Value;
                    break;
                case "collation":
                    Collations.Check(element.Value, collection);
                    break;
                case "arrayFilters" or "c" or "sort":
                    throw new CommandException(9, "FailedToParse", $"'{element.Name}' in updates is not supported by this server");
                default:
                    throw new CommandException(40415, "Location40415", $"BSON field 'update.updates.{element.Name}' is an unknown field.");
            }
        }
        if (query.IsMissing) throw arguments.Required("updates.q");
        if (update.IsMissing) throw arguments.Required("updates.u");
        if (multi && retryable) throw new CommandException(72, "InvalidOptions", "Cannot use retryable writes with multi=true");
        var parsed = UpdateParser.Parse(update, arguments.Flag("bypassEmptyTsReplacement"));
        if (multi && parsed.IsReplacement) throw new CommandException(9, "FailedToParse", "multi update is not supported for replacement-style update");
        return new UpdateStatement(new QueryRequest(FilterParser.Parse(query)) { Hint = hint }, parsed, multi, upsert, arguments.Flag("bypassDocumentValidation"));
    }
}
