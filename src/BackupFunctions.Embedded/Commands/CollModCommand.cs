using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>collMod</c>: options of a collection or a time series, one of its indexes, or a view's definition.</summary>
internal static class CollModCommand
{
    private static readonly string[] Options = ["validator", "validationLevel", "validationAction", "changeStreamPreAndPostImages", "expireAfterSeconds", MixedSchema];

    private const string MixedSchema = "timeseriesBucketsMayHaveMixedSchemaData";

    private const string Expiry = "expireAfterSeconds";

    /// <summary>The fields that it knows.</summary>
    public static readonly string[] Fields = [.. Options, "timeseries", "index", "viewOn", "pipeline", "cappedSize", "cappedMax"];

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
            View { On.IsBuckets: true } view when unit.Find(view.On) is Collection => OnSeries(unit, view, arguments),
            View view => OnView(unit, view, arguments),
            _ => OnCollection(unit, unit.Edit(ns).Current, arguments, arguments.Object("index")),
        };
    }

    private static BsonDocument OnSeries(WriteUnit unit, View view, Arguments arguments)
    {
        foreach (var option in Fields.Except(["timeseries", "expireAfterSeconds", MixedSchema, "index"]))
        {
            if (!arguments[option].IsMissing) throw new CommandException(72, "InvalidOptions", $"option not supported on a time-series collection: {option}");
        }
        var series = SeriesOptions.Of(unit.Edit(view.On).Options);
        var reply = OnCollection(unit, unit.Edit(view.On).Current, arguments, IndexOfBuckets(series, arguments.Object("index")));
        if (!arguments["timeseries"].IsMissing) Views.Change(unit, view, null, SeriesOptions.Of(unit.Edit(view.On).Options).Pipeline());
        return reply;
    }

    private static RawValue IndexOfBuckets(SeriesOptions series, RawValue index)
    {
        if (index.IsMissing) return index;
        var writer = new RawWriter();
        foreach (var element in index.Elements)
        {
            if (element.Name == "keyPattern") writer.Append("keyPattern", SeriesIndexKey.OfBuckets(series, element.Value));
            else writer.Append(element);
        }
        return RawValue.Document(writer.ToDocument());
    }

    private static BsonDocument OnView(WriteUnit unit, View view, Arguments arguments)
    {
        if (Options.Append("index").Any(o => !arguments[o].IsMissing)) throw new CommandException(72, "InvalidOptions", $"option not supported on a view: {view.Namespace}");
        Views.Change(unit, view, arguments.Text("viewOn"), arguments["pipeline"]);
        return [];
    }

    private static BsonDocument OnCollection(WriteUnit unit, StoredCollection collection, Arguments arguments, RawValue index)
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
        if (!index.IsMissing) changed = IndexModification.Apply(changed, index, reply, o, o2);
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
        var (series, isSeries) = (arguments.Object("timeseries"), !old["timeseries"u8].IsMissing);
        if (!isSeries && (!series.IsMissing || !arguments[MixedSchema].IsMissing)) throw new CommandException(72, "InvalidOptions", "option only supported on a time-series collection");
        foreach (var (from, to) in Options.Select(o => (o, o)).Append(("cappedSize", "size")).Append(("cappedMax", "max")))
        {
            if (arguments[from] is not { IsMissing: false } value) continue;
            if (from.StartsWith("capped", StringComparison.Ordinal) && !Values.IsTrue(old["capped"u8])) throw new CommandException(72, "InvalidOptions", $"'{from}' needs a capped collection");
            if (from == Expiry && isSeries && Values.Long(value) is { } seconds) value = RawValue.From(seconds);
            log.Append(from, value);
            changes[to] = value;
        }
        if (!series.IsMissing)
        {
            log.Append("timeseries", series);
            changes["timeseries"] = SeriesOptions.Of(new CollectionOptions(old.ToArray(), default)).With(series).Document;
        }
        var off = changes.TryGetValue(Expiry, out var expiry) && expiry is { Type: BsonType.String, Text: "off" } && changes.Remove(Expiry);
        var writer = new RawWriter();
        foreach (var element in old.Elements)
        {
            if (off && element.Name == Expiry) continue;
            // where the server lists it
            if (element.Name == "timeseries" && changes.Remove(Expiry, out var added)) writer.Append(Expiry, added);
            if (changes.Remove(element.Name, out var value)) writer.Append(element.NameBytes, value);
            else writer.Append(element);
        }
        foreach (var (name, value) in changes) writer.Append(name, value);
        return writer.ToDocument();
    }
}
