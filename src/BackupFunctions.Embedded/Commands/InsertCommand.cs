using BackupFunctions.Embedded.Storage;
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
        return store.Write(unit =>
        {
            var (statements, log) = (new WriteStatements(), StatementLog.Open(store, unit, arguments));
            WriteTarget.Check(unit, ns);
            statements.Run(documents, ordered, log, Insert, (_, _) => statements.Count++);
            return statements.Reply();

            void Insert(byte[] document, int index)
            {
                var bytes = DocumentIntake.Prepare(unit, document, keepEmpty);
                var editor = unit.EditOrCreate(ns);
                if (!bypass) WriteTarget.Validate(editor.Options, bytes);
                var optime = unit.Insert(ns, bytes, log?.Statement(index));
                log?.Done(index, [], optime);
                statements.Count++;
            }
        });
    }
}
