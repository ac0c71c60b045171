using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>renameCollection</c>: inside a database the collection keeps its UUID; across databases it is copied and gets a new one.</summary>
internal static class RenameCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "to", "dropTarget", "stayTemp");
        if (context.Database != "admin") throw new CommandException(13, "Unauthorized", "renameCollection may only be run against the admin database.");
        return store.Write(context, unit => Apply(unit, arguments));
    }

    public static BsonDocument Apply(WriteUnit unit, Arguments arguments)
    {
        var from = Namespace.Parse(arguments.Text("renameCollection") ?? throw arguments.Required("renameCollection"));
        var to = Namespace.Parse(arguments.Text("to") ?? throw arguments.Required("to"));
        to.CheckForCreate();
        if (from == to) throw new CommandException(20, "IllegalOperation", "Can't rename a collection to itself");
        if (from == Namespace.Oplog || to == Namespace.Oplog) throw new CommandException(20, "IllegalOperation", "can't rename the oplog");
        if (unit.Find(from) is null) throw new CommandException(26, "NamespaceNotFound", $"Source collection {from} does not exist");
        var source = unit.Edit(from).Current;
        var target = unit.Find(to);
        if (target is not null && !DropsTarget(arguments)) throw new CommandException(48, "NamespaceExists", "target namespace exists");
        if (target is View) throw new CommandException(48, "NamespaceExists", $"a view already exists with that name: {to}");
        if (from.Database == to.Database) Rename(unit, source, to, target as Collection, arguments.Flag("stayTemp"));
        else Move(unit, source, to, target as Collection);
        return [];
    }

    /// <summary>Gives a collection another name in its database, in place of what has that name, and logs it; it is not temporary any more unless that is asked for.</summary>
    public static void Rename(WriteUnit unit, StoredCollection source, Namespace to, Collection? target, bool staysTemporary = false)
    {
        var from = source.Namespace;
        if (target is not null) unit.Edit(to);
        unit.Remove(from);
        unit.Remove(to);
        unit.Put(source.With(to, staysTemporary ? source.Options : source.Options.Permanent()));
        if (!from.IsReplicated) return;
        var o = new BsonDocument { { "renameCollection", from.ToString() }, { "to", to.ToString() }, { "stayTemp", staysTemporary } };
        if (target is not null) o.Add("dropTarget", target.Options.UuidValue);
        var o2 = target is null ? null : new BsonDocument("numRecords", CollectionStatistics.Number(target.Count));
        unit.Log(OplogEntry.Command(from, source.Options.Uuid, o, o2));
    }

    // in the oplog it is the UUID of the collection that is dropped
    private static bool DropsTarget(Arguments arguments) => arguments["dropTarget"] is { IsMissing: false, Type: BsonType.Binary } || arguments.Flag("dropTarget");

    /// <summary>As the server does it: a copy beside the target, a rename of the copy, a drop of the source.</summary>
    private static void Move(WriteUnit unit, StoredCollection source, Namespace to, Collection? target)
    {
        var copy = to with { Collection = $"tmp{unit.Ids.NextUuid().ToString("N")[..5]}.renameCollection" };
        var id = source.IdIndex is { Clustered: false } idIndex ? idIndex.Spec.ToArray() : null;
        unit.Create(copy, source.Options.Document.ToArray(), id);
        var made = unit.Edit(copy).Current;
        unit.Put(made.With([.. source.States.Select(s => s.Definition.IsId ? made.States[0] : StoredCollection.Empty(s.Definition))]));
        foreach (var index in source.Indexes.Where(i => !i.IsId))
        {
            var o = new RawWriter().Append("createIndexes", copy.Collection).AppendAll(index.Spec).ToDocument();
            if (copy.IsReplicated) unit.Log(new OplogEntry("c", copy.Command.ToString(), made.Options.Uuid, RawValue.Document(o)));
        }
        foreach (var record in source.Natural(forward: true)) unit.Insert(copy, record.Bytes);
        Rename(unit, unit.Edit(copy).Current, to, target);
        DropCommands.Remove(unit, source);
    }
}
