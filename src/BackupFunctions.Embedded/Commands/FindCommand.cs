using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>find</c>, <c>getMore</c> and <c>killCursors</c>.</summary>
internal static class FindCommand
{
    public static BsonDocument Find(Store store, Cursors cursors, CommandContext context)
    {
        var arguments = Arguments.Read(
            context, "filter", "sort", "projection", "hint", "skip", "limit", "batchSize", "singleBatch", "max", "min", "returnKey", "showRecordId",
            "tailable", "awaitData", "noCursorTimeout", "allowPartialResults", "allowDiskUse", "oplogReplay", "collation", "let");
        foreach (var name in new[] { "returnKey", "showRecordId", "tailable", "awaitData" })
        {
            if (arguments.Flag(name)) throw new CommandException(238, "NotImplemented", $"find with '{name}' is not supported by this server");
        }
        var ns = arguments.Target();
        var query = Parse(arguments);
        var projection = Projection.Parse(arguments.Object("projection"));
        var catalog = arguments.Catalog(store);
        var entry = catalog.Find(ns);
        Collations.Check(arguments["collation"], entry as Collection);
        var documents = entry switch
        {
            null => [],
            Collection collection => query.Run(collection).Select(r => r.Bytes),
            _ => ViewReader.Find(store, catalog, (View)entry, query).Select(d => d.ToArray()),
        };
        if (projection is not null) documents = documents.Select(d => projection.Apply(RawValue.Document(d)).ToArray());
        var cursor = new Cursor(ns.ToString(), documents) { NeverTimesOut = arguments.Flag("noCursorTimeout") };
        return cursors.Open(cursor, arguments.Count("batchSize"), arguments.Flag("singleBatch"), context.Cancellation);
    }

    public static BsonDocument GetMore(Cursors cursors, CommandContext context)
    {
        var arguments = Arguments.Read(context, "collection", "batchSize", "term", "lastKnownCommittedOpTime");
        var id = arguments["getMore"];
        if (!id.IsNumber) throw arguments.WrongType("getMore", id, "long");
        var collection = arguments.Text("collection") ?? throw arguments.Required("collection");
        return cursors.Next(Values.Long(id)!.Value, new Namespace(context.Database, collection), arguments.Count("batchSize"), context.Cancellation);
    }

    public static BsonDocument KillCursors(Cursors cursors, CommandContext context)
    {
        var arguments = Arguments.Read(context, "cursors");
        var ids = arguments["cursors"];
        if (!ids.IsArray) throw arguments.Required("cursors");
        var (killed, missing) = (new BsonArray(), new BsonArray());
        foreach (var element in ids.Elements)
        {
            var id = Values.Long(element.Value) ?? 0;
            (cursors.Close(id) ? killed : missing).Add(id);
        }
        return new BsonDocument
        {
            { "cursorsKilled", killed }, { "cursorsNotFound", missing }, { "cursorsAlive", new BsonArray() }, { "cursorsUnknown", new BsonArray() },
        };
    }

    private static QueryRequest Parse(Arguments arguments) => new(FilterParser.Parse(arguments.Object("filter")))
    {
        Sort = SortOrder.Parse(arguments.Object("sort")),
        Hint = arguments["hint"],
        Min = Bound(arguments.Object("min")),
        Max = Bound(arguments.Object("max")),
        Skip = arguments.Count("skip") ?? 0,
        Limit = arguments.Count("limit") ?? 0,
    };

    private static RawValue Bound(RawValue value) => value.IsDocument && value.Elements.Count() == 0 ? default : value;
}
