using BackupFunctions.Embedded.Aggregation;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>count</c>, <c>distinct</c> and <c>aggregate</c>.</summary>
internal static class ReadCommands
{
    public static BsonDocument Count(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "query", "limit", "skip", "hint", "collation", "fields");
        var ns = arguments.Target();
        // A negative limit counts as its absolute value.
        var limit = Math.Abs(Values.Long(arguments["limit"]) ?? 0);
        var query = new QueryRequest(FilterParser.Parse(arguments.Object("query")))
        {
            Hint = arguments["hint"],
            Skip = arguments.Count("skip") ?? 0,
            Limit = limit,
        };
        var count = context.Catalog.Find(ns) switch
        {
            null => 0,
            Collection collection when IsAll(arguments) => collection.Count,
            Collection collection => query.Run(collection).LongCount(),
            View view => ViewReader.Find(store, context.Catalog, view, query).LongCount(),
            _ => 0,
        };
        return new BsonDocument("n", CollectionStatistics.Number(count));
    }

    public static BsonDocument Distinct(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "key", "query", "collation", "hint");
        var ns = arguments.Target();
        var path = IndexDefinition.PathOf(arguments.Text("key") ?? throw arguments.Required("key"));
        var query = new QueryRequest(FilterParser.Parse(arguments.Object("query"))) { Hint = arguments["hint"] };
        var documents = context.Catalog.Find(ns) switch
        {
            Collection collection => query.Run(collection).Select(r => r.Document),
            View view => ViewReader.Find(store, context.Catalog, view, query),
            _ => [],
        };
        var values = new SortedSet<RawValue>(BsonOrder.Instance);
        foreach (var document in documents) values.UnionWith(Flat(new FieldPath(path).Evaluate(document)));
        var reply = new BsonDocument("values", RawWriter.Array(values).ToBson());
        if (context.Snapshot is { } snapshot) reply.Add("atClusterTime", snapshot);
        return reply;
    }

    public static BsonDocument Aggregate(Store store, Cursors cursors, CommandContext context)
    {
        var arguments = Arguments.Read(
            context, "pipeline", "cursor", "allowDiskUse", "bypassDocumentValidation", "collation", "hint", "let", "explain", "fromMongos", "needsMerge", "isMapReduceCommand");
        if (arguments.Flag("explain")) throw new CommandException(238, "NotImplemented", "aggregate with 'explain' is not supported by this server");
        var cursor = arguments.Object("cursor");
        if (arguments["pipeline"].IsMissing) throw arguments.Required("pipeline");
        if (cursor.IsMissing) throw new CommandException(9, "FailedToParse", "The 'cursor' option is required, except for aggregate with the explain argument");
        var pipeline = PipelineParser.Parse(arguments["pipeline"], store.Ids.NextRandom);
        if (arguments["aggregate"].IsNumber)
        {
            throw new CommandException(73, "InvalidNamespace", "{aggregate: 1} is not valid: no stage of this server reads without a collection");
        }
        var ns = arguments.Target();
        var catalog = context.Catalog;
        Collations.Check(arguments["collation"], catalog.FindCollection(ns));
        var documents = ViewReader.Run(store, catalog, ns, pipeline, arguments["hint"]).Select(d => d.ToArray());
        return cursors.Open(new Cursor(ns.ToString(), documents) { Snapshot = context.Snapshot }, Values.Long(cursor["batchSize"u8]), single: false, context.Cancellation);
    }

    private static bool IsAll(Arguments arguments) =>
        (arguments["query"] is not { IsDocument: true } query || query.Elements.Count() == 0) && arguments["hint"].IsMissing && arguments["limit"].IsNullish && arguments["skip"].IsNullish;

    private static List<RawValue> Flat(RawValue value)
    {
        if (value.IsMissing) return [];
        if (!value.IsArray) return [value];
        var values = new List<RawValue>();
        foreach (var element in value.Elements) values.Add(element.Value);
        return values;
    }
}
