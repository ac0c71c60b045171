using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>
/// Commands inside an <c>applyOps</c>. Done again, they must not fail: that the collection is gone, or there already, counts as done. Index builds are
/// refused (error 115), as the server refuses them.
/// </summary>
internal sealed class AppliedCommands(WriteUnit unit, CommandContext outer)
{
    private const int NamespaceNotFound = 26, IndexNotFound = 27, NamespaceExists = 48;

    public void Apply(Namespace ns, RawValue o, RawValue ui)
    {
        var name = FirstName(o);
        try
        {
            Run(name, ns, o, ui);
        }
        catch (CommandException e) when (IsDone(name, e.Code))
        {
            // a repeated operation
        }
    }

    private void Run(string name, Namespace ns, RawValue o, RawValue ui)
    {
        switch (name)
        {
            case "create":
                CreateCommand.Apply(unit, Read(name, ns.Database, o, CreateCommand.Fields), FreeUuid(ui));
                break;
            case "drop":
                DropCommands.Apply(unit, Target(name, ns, o, ui));
                break;
            case "dropDatabase":
                DropCommands.Apply(unit, ns.Database);
                break;
            case "collMod":
                Target(name, ns, o, ui);
                CollModCommand.Apply(unit, Read(name, ns.Database, o, CollModCommand.Fields));
                break;
            case "dropIndexes" or "deleteIndexes" or "dropIndex" or "deleteIndex":
                Target(name, ns, o, ui);
                DropIndexesCommand.Apply(unit, Read(name, ns.Database, o, "index"));
                break;
            case "renameCollection":
                RenameCommand.Apply(unit, Read(name, "admin", o, "to", "dropTarget", "stayTemp"));
                break;
            case "convertToCapped":
                CappedCommands.Convert(unit, Read(name, ns.Database, o, "size"));
                break;
            case "emptycapped":
                CappedCommands.Empty(unit, Read(name, ns.Database, o));
                break;
            case "createIndexes" or "startIndexBuild" or "commitIndexBuild" or "abortIndexBuild":
                throw new CommandException(115, "CommandNotSupported", $"The {name} operation is not supported in applyOps mode");
            default:
                throw new CommandException(2, "BadValue", $"applyOps: command '{name}' cannot be applied: {o}");
        }
    }

    /// <summary>The collection of a command on one; error 26 when its UUID is not the one given.</summary>
    private Namespace Target(string name, Namespace ns, RawValue o, RawValue ui)
    {
        var target = Namespace.Of(ns.Database, o[name] is { Type: BsonType.String } given ? given.Text : "");
        if (unit.Find(target) is not Collection collection || (!ui.IsMissing && !ui.Span.SequenceEqual(RawValue.From(collection.Options.UuidValue).Span)))
        {
            throw new CommandException(NamespaceNotFound, "NamespaceNotFound", $"Failed to apply operation due to missing collection {target}");
        }
        return target;
    }

    private Guid? FreeUuid(RawValue ui)
    {
        if (ui.IsMissing || ui.Type != BsonType.Binary || ui.Length != 5 + 16) return null;
        var uuid = new Guid(ui.Span[5..], bigEndian: true);
        return unit.Catalog.Databases.SelectMany(unit.Catalog.In).Any(e => e is Collection c && c.Options.Uuid == uuid) ? null : uuid;
    }

    private Arguments Read(string name, string database, RawValue o, params ReadOnlySpan<string> known) => Arguments.Read(
        new CommandContext
        {
            Database = database,
            Name = name,
            Body = new RawBsonDocument(o.ToArray()),
            Sequences = new Dictionary<string, IReadOnlyList<RawBsonDocument>>(),
            Connection = outer.Connection,
            Cancellation = outer.Cancellation,
        },
        known);

    private static bool IsDone(string name, int code) => name switch
    {
        "create" => code == NamespaceExists,
        "renameCollection" => code is NamespaceNotFound or NamespaceExists,
        "collMod" or "dropIndexes" or "deleteIndexes" or "dropIndex" or "deleteIndex" => code is NamespaceNotFound or IndexNotFound,
        "drop" or "dropDatabase" or "convertToCapped" or "emptycapped" => code == NamespaceNotFound,
        _ => false,
    };

    private static string FirstName(RawValue o)
    {
        foreach (var element in o.Elements) return element.Name;
        return "";
    }
}
