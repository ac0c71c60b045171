using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Backup;

/// <summary>What becomes of an oplog entry.</summary>
internal enum OplogUse
{
    /// <summary>Left out: no restore could want it.</summary>
    LeftOut,

    /// <summary>Kept, but it changes nothing that is backed up.</summary>
    Kept,

    /// <summary>Kept, and a restore needs it.</summary>
    Changes,
}

/// <summary>
/// Decides which oplog entries a slice keeps (docs/format.md, "Oplog"). What is on a database or a collection that is never backed up is left
/// out; a transaction stays whole, whatever is in it; so does everything that is not understood.
/// </summary>
internal sealed class OplogFilter(NamespaceFilter filter)
{
    /// <summary>What becomes of this entry.</summary>
    public OplogUse Of(OplogEntry entry) => entry.Operation.Kind switch
    {
        OplogOperationKind.Noop or OplogOperationKind.Internal => OplogUse.Kept,
        OplogOperationKind.Command => OfCommand(entry.Operation),
        _ => Includes(entry.Operation.Namespace) ? OplogUse.Changes : OplogUse.LeftOut,
    };

    /// <summary>What is renamed into what is backed up by this operation, or by one inside it, as a clause: no backup holds its documents. Null when nothing is.</summary>
    public string? Arrival(OplogOperation operation)
    {
        if (operation.Kind != OplogOperationKind.Command) return null;
        if (operation.CommandName == "renameCollection")
            return Targets(operation) is [var from, var to] && !Includes(from) && Includes(to) ? $"{from}, which is not backed up, was renamed to {to}, which is" : null;
        if (operation.CommandName != "applyOps") return null;
        foreach (var item in operation.Inner())
        {
            if (RawBson.Text(item.Span, "op"u8) == "c" && Arrival(OplogOperation.Read(item)) is { } arrival) return arrival;
        }
        return null;
    }

    private OplogUse OfCommand(OplogOperation command)
    {
        if (command.CommandName == "applyOps") return ChangesAnything(command.O.Span) ? OplogUse.Changes : OplogUse.Kept;
        var targets = Targets(command);
        return targets.Count == 0 || targets.Any(Includes) ? OplogUse.Changes : OplogUse.LeftOut;
    }

    private bool ChangesAnything(ReadOnlySpan<byte> applyOps)
    {
        foreach (var item in new RawElements(RawBson.Nested(applyOps, "applyOps"u8)))
        {
            if (item.Type != BsonType.Document) return true;
            var (ns, kind) = (RawBson.Text(item.Value, "ns"u8), RawBson.Text(item.Value, "op"u8));
            if (kind == "n") continue;
            if (kind == "c" ? OfCommand(OplogOperation.Read(item.Value.ToArray())) == OplogUse.Changes : Includes(ns)) return true;
        }
        return false;
    }

    // the namespaces that a command names: "create: name" and its like, or the two of a rename; a database alone when it names none
    private static List<string> Targets(OplogOperation command)
    {
        foreach (var field in new RawElements(command.O.Span))
        {
            if (field.Type != BsonType.String) break;
            if (command.CommandName == "renameCollection") return [field.Text, RawBson.Text(command.O.Span, "to"u8)];
            return [$"{command.Database}.{field.Text}"];
        }
        return command.Database == "admin" ? [] : [$"{command.Database}.$cmd"];
    }

    // system.* of a database that is backed up stays: views, functions and users are written there; the cluster's own keys do not. Buckets go by the
    // name of their time series.
    private bool Includes(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var (database, collection) = (dot < 0 ? new Namespace(text, "") : new(text[..dot], text[(dot + 1)..])).Owner;
        if (!filter.MayInclude(database)) return false;
        if (database == "admin" && collection == "system.keys") return false;
        return !filter.HasPatterns || collection is "" or "$cmd" || collection.StartsWith("system.", StringComparison.Ordinal) || filter.Includes(new(database, collection));
    }
}
