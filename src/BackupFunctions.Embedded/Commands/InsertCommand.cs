using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>insert</c>.</summary>
internal static class InsertCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "documents", "ordered", "bypassDocumentValidation", "bypassEmptyTsReplacement");
        var ns = WriteTarget.Of(arguments);
        var documents = arguments.Documents("documents");
        var (ordered, bypass, keepEmpty) =
            (arguments.Flag("ordered", true), arguments.Flag("bypassDocumentValidation"), arguments.Flag("bypassEmptyTsReplacement"));
        return store.Write(context, unit =>
        {
            var (statements, log) = (new WriteStatements(), StatementLog.Open(store, unit, arguments));
            if (Series.BucketsOf(unit.Catalog, unit.Find(ns)) is { } buckets)
            {
                if (unit.Transaction is not null) throw new CommandException(263, "OperationNotSupportedInTransaction", $"Cannot insert into a time-series collection in a multi-document transaction: {ns}");
                var measurements = new Measurements(unit, buckets.Namespace);
                statements.Run(documents, ordered, log, (document, index) =>
                {
                    Log(index, measurements.Insert(DocumentIntake.Prepare(unit, document, keepEmpty), log?.Statement(index)));
                    statements.Count++;
                }, (_, _) => statements.Count++);
                return statements.Reply();
            }
            WriteTarget.Check(unit, ns);
            var capped = unit.Find(ns) is Collection { Options.Capped: true };
            var vector = store.VectoredInserts && log is not null && documents.Count > 1 && !capped ? new VectoredInserts(unit, log) : null;
            statements.Run(documents, ordered, log, Insert, (_, _) => statements.Count++);
            vector?.Flush();
            return statements.Reply();

            void Insert(byte[] document, int index)
            {
                var bytes = DocumentIntake.Prepare(unit, document, keepEmpty);
                var editor = unit.EditOrCreate(ns);
                if (!bypass) WriteTarget.Validate(editor.Options, bytes);
                if (vector is not null) vector.Insert(ns, bytes, index);
                else Log(index, unit.Insert(ns, bytes, log?.Statement(index)));
                statements.Count++;
            }

            void Log(int index, BsonTimestamp? optime) => log?.Done(index, [], optime);
        });
    }
}
