using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>Applies operations of the oplog's form: documents by their <c>_id</c> alone, whether or not they are there already.</summary>
internal sealed class OperationApplier(WriteUnit unit, Arguments arguments)
{
    private const int MaxDepth = 10;

    private readonly bool _bypass = arguments.Flag("bypassDocumentValidation");
    private readonly bool _upsert = arguments.Flag("alwaysUpsert", otherwise: true);
    private readonly AppliedCommands _commands = new(unit, arguments.Context);

    public void Apply(RawValue operation, int depth = 1)
    {
        var (op, ns, o) = (operation["op"u8].Text, Namespace.Parse(operation["ns"u8].Text), operation["o"u8]);
        if (op == "c")
        {
            Command(operation, ns, o, depth);
            return;
        }
        if (ns == Namespace.Oplog) throw new CommandException(73, "InvalidNamespace", $"cannot write to '{ns}'");
        if (unit.Find(ns) is null)
        {
            if (op == "d") return;
            throw new CommandException(26, "NamespaceNotFound", $"cannot apply insert or update operation on a non-existent namespace {ns}: {operation}");
        }
        var editor = unit.Edit(ns);
        CheckUuid(editor, operation);
        switch (op)
        {
            case "i":
                Insert(editor, o);
                break;
            case "u":
                Update(editor, o, operation["o2"u8]);
                break;
            case "d":
                if (editor.FindById(Id(o, "delete")) is { } record) unit.Delete(ns, record);
                break;
        }
    }

    private void Command(RawValue operation, Namespace ns, RawValue o, int depth)
    {
        if (o["applyOps"u8] is not { IsArray: true } nested)
        {
            _commands.Apply(ns, o, operation["ui"u8]);
            return;
        }
        if (depth == MaxDepth) throw new CommandException(9, "FailedToParse", "Reached max applyOps nesting depth");
        if (!o["prepare"u8].IsMissing || !o["partialTxn"u8].IsMissing) throw new CommandException(72, "InvalidOptions", "applyOps of a prepared or partial transaction is not supported");
        foreach (var element in nested.Elements)
        {
            if (element.Value["op"u8] is { Type: BsonType.String } op && op.Text != "n") Apply(element.Value, depth + 1);
        }
    }

    private void Insert(CollectionEditor editor, RawValue o)
    {
        var id = Id(o, "insert");
        var bytes = DocumentIntake.Prepare(unit, o.ToArray(), keepEmptyTimestamps: true);
        if (editor.FindById(id) is { } old)
        {
            Replace(editor, old, bytes, RawValue.Document(bytes));
            return;
        }
        if (!_bypass) WriteTarget.Validate(editor.Options, bytes);
        unit.Insert(editor.Namespace, bytes);
    }

    private void Update(CollectionEditor editor, RawValue o, RawValue o2)
    {
        var id = Id(o2, "update");
        var update = LoggedUpdate.Parse(o);
        if (editor.FindById(id) is { } old)
        {
            var bytes = update.Apply(unit, old.Document, inserting: false);
            var after = RawValue.Document(bytes);
            Replace(editor, old, bytes, update.IsReplacement ? after : UpdateDiff.Of(old.Document, after));
            return;
        }
        if (!_upsert) throw new CommandException(218, "UpdateOperationFailed", $"Failed to apply update: {o} on {o2}");
        var made = update.Apply(unit, RawValue.Document(new RawWriter().Append("_id"u8, id).ToDocument()), inserting: true);
        if (!_bypass) WriteTarget.Validate(editor.Options, made);
        unit.Insert(editor.Namespace, made);
    }

    private void Replace(CollectionEditor editor, Record old, byte[] bytes, RawValue change)
    {
        if (bytes.AsSpan().SequenceEqual(old.Bytes)) return;
        if (!_bypass) WriteTarget.Validate(editor.Options, bytes, old.Bytes);
        unit.Replace(editor.Namespace, old, bytes, change);
    }

    private static void CheckUuid(CollectionEditor editor, RawValue operation)
    {
        var ui = operation["ui"u8];
        if (ui.IsMissing || (ui.Type == BsonType.Binary && ui.Span.SequenceEqual(RawValue.From(editor.Options.UuidValue).Span))) return;
        throw new CommandException(26, "NamespaceNotFound", $"Failed to apply operation due to missing collection ({ui}): {operation}");
    }

    private static RawValue Id(RawValue document, string kind) =>
        document["_id"u8] is { IsMissing: false } id ? id : throw new CommandException(4, "NoSuchKey", $"Failed to apply {kind} due to missing _id: {document}");
}
