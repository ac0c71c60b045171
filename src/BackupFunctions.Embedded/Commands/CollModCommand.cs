using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>collMod</c>: options of a collection, one of its indexes, or a view's definition.</summary>
internal static class CollModCommand
{
    private static readonly string[] Options = ["validator", "validationLevel", "validationAction", "changeStreamPreAndPostImages", "expireAfterSeconds"];

    /// <summary>The fields that it knows.</summary>
    public static readonly string[] Fields = [.. Options, "index", "viewOn", "pipeline", "cappedSize", "cappedMax"];

    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, Fields);
        return store.Write(context, unit => Apply(unit, arguments));
    }

    public static BsonDocument Apply(WriteUnit unit, Arguments arguments)
    {
        var ns = WriteTarget.Of(arguments);
        return unit.Find(ns) switch
        {
            null => throw new CommandException(26, "NamespaceNotFound", $"ns does not exist: {ns}"),
            View view => OnView(unit, view, arguments),
            _ => OnCollection(unit, unit.Edit(ns).Current, arguments),
        };
    }

    private static BsonDocument OnView(WriteUnit unit, View view, Arguments arguments)
    {
        if (Options.Append("index").Any(o => !arguments[o].IsMissing)) throw new CommandException(72, "InvalidOptions", $"option not supported on a view: {view.Namespace}");
        Views.Change(unit, view, arguments.Text("viewOn"), arguments["pipeline"]);
        return [];
    }

    private static BsonDocument OnCollection(WriteUnit unit, StoredCollection collection, Arguments arguments)
    {
        if (!arguments["viewOn"].IsMissing || !arguments["pipeline"].IsMissing)
        {
            throw new CommandException(72, "InvalidOptions", $"'viewOn' and 'pipeline' are only supported on a view: {collection.Namespace}");
        }
        var (ns, old, reply) = (collection.Namespace, collection.Options, new BsonDocument());
        var o = new RawWriter().Append("collMod", ns.Collection);
        var o2 = new RawWriter().Append("collectionOptions_old", RawValue.Document(
            new RawWriter().Append("uuid", old.UuidValue).AppendAll(old.Document).ToDocument()));
        var options = Changed(old.Document, arguments, o);
        var changed = collection.With(ns, new CollectionOptions(options, old.Uuid));
        if (arguments.Object("index") is { IsMissing: false } index) changed = IndexModification.Apply(changed, index, reply, o, o2);
        unit.Put(changed);
        if (ns.IsReplicated)
        {
            unit.Log(new OplogEntry("c", ns.Command.ToString(), old.Uuid, RawValue.Document(o.ToDocument()), RawValue.Document(o2.ToDocument())));
        }
        return reply;
    }

    /// <summary>The options with those given put in place of the old ones, or behind them.</summary>
    private static byte[] Changed(RawValue old, Arguments arguments, RawWriter log)
    {
        var changes = new OrderedDictionary<string, RawValue>();
        foreach (var (from, to) in Options.Select(o => (o, o)).Append(("cappedSize", "size")).Append(("cappedMax", "max")))
        {
            if (arguments[from] is not { IsMissing: false } value) continue;
            if (from.StartsWith("capped", StringComparison.Ordinal) && !Values.IsTrue(old["capped"u8])) throw new CommandException(72, "InvalidOptions", $"'{from}' needs a capped collection");
            log.Append(from, value);
            changes[to] = value;
        }
        var writer = new RawWriter();
        foreach (var element in old.Elements)
        {
            if (changes.Remove(element.Name, out var value)) writer.Append(element.NameBytes, value);
            else writer.Append(element);
        }
        foreach (var (name, value) in changes) writer.Append(name, value);
        return writer.ToDocument();
    }
}
