using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>
/// <c>applyOps</c>: operations in the form of the oplog, one by one. What was done before one that fails stays done, and each leaves an oplog
/// entry of its own.
/// </summary>
internal static class ApplyOpsCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "allowAtomic", "alwaysUpsert", "oplogApplicationMode", "bypassDocumentValidation");
        var operations = arguments.Documents("applyOps").ConvertAll(RawValue.Document);
        foreach (var operation in operations) Check(operation);
        return store.Write(context, unit => Run(new OperationApplier(unit, arguments), operations));
    }

    private static BsonDocument Run(OperationApplier applier, List<RawValue> operations)
    {
        var results = new BsonArray();
        foreach (var operation in operations.Where(o => o["op"u8].Text != "n"))
        {
            try
            {
                applier.Apply(operation);
                results.Add(true);
            }
            catch (CommandException e)
            {
                results.Add(false);
                return new BsonDocument
                {
                    { "applied", results.Count }, { "code", e.Code }, { "codeName", e.CodeName }, { "errmsg", e.Message }, { "results", results }, { "ok", 0.0 },
                };
            }
        }
        return new BsonDocument { { "applied", results.Count }, { "results", results } };
    }

    // before anything is done
    private static void Check(RawValue operation)
    {
        var (op, ns, o) = (operation["op"u8], operation["ns"u8], operation["o"u8]);
        if (op.IsMissing || op.Type != BsonType.String) throw Failed($"op does not contain required \"op\" field: {operation}");
        if (ns.IsMissing || ns.Type != BsonType.String) throw Failed($"op does not contain required \"ns\" field: {operation}");
        if (op.Text is not ("i" or "u" or "d" or "c" or "n")) throw new CommandException(2, "BadValue", $"op \"op\" field value '{op.Text}' is not known");
        if (op.Text != "n" && !o.IsDocument) throw Failed($"op does not contain required \"o\" field of type object, but {TypeNames.Of(o)}");
    }

    private static CommandException Failed(string message) => new(9, "FailedToParse", message);
}
