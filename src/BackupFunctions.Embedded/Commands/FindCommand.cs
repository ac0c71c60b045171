using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>find</c>, <c>getMore</c> and <c>killCursors</c>.</summary>
internal static class FindCommand
{
    public static BsonDocument Find(Store store, Cursors cursors, MemberReads reads, CommandContext context)
    {
        var arguments = Arguments.Read(
            context, "filter", "sort", "projection", "hint", "skip", "limit", "batchSize", "singleBatch", "max", "min", "returnKey", "showRecordId",
            "tailable", "awaitData", "noCursorTimeout", "allowPartialResults", "allowDiskUse", "oplogReplay", "collation", "let", "term");
        foreach (var name in new[] { "returnKey", "showRecordId" })
        {
            if (arguments.Flag(name)) throw new CommandException(238, "NotImplemented", $"find with '{name}' is not supported by this server");
        }
        var ns = arguments.Target();
        var query = Parse(arguments);
        var projection = Projection.Parse(arguments.Object("projection"));
        var entry = context.Catalog.Find(ns);
        Collations.Check(arguments["collation"], entry as Collection);
        var single = arguments.Flag("singleBatch");
        var cursor = TailableCursor.IsAskedFor(arguments, query)
            ? TailableCursor.Open(ns, entry, query, projection, reads, arguments)
            : Open(store, ns, entry, query, projection, reads, arguments);
        return cursors.Open(cursor, arguments.Count("batchSize"), single, context.Cancellation);
    }

    public static ValueTask<BsonDocument> GetMore(Cursors cursors, CommandContext context)
    {
        var arguments = Arguments.Read(context, "collection", "batchSize", "term", "lastKnownCommittedOpTime");
        var id = arguments["getMore"];
        if (!id.IsNumber) throw arguments.WrongType("getMore", id, "long");
        var collection = arguments.Text("collection") ?? throw arguments.Required("collection");
        TimeSpan? wait = arguments.Count("maxTimeMS") is { } milliseconds and > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null;
        var ns = new Namespace(context.Database, collection);
        return cursors.Next(Values.Long(id)!.Value, ns, arguments.Count("batchSize"), wait, context.Cancellation);
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

    private static Cursor Open(
        Store store, Namespace ns, CatalogEntry? entry, QueryRequest query, Projection? projection, MemberReads reads, Arguments arguments)
    {
        var (context, neverTimesOut, scan) = (arguments.Context, arguments.Flag("noCursorTimeout"), (CappedScan?)null);
        IEnumerable<byte[]> documents = [];
        if (entry is Collection { Options.Capped: true } capped && QueryPlan.Choose(capped, query) is { IsForward: true } plan)
        {
            scan = new CappedScan(() => reads.Current(context).FindCollection(ns), capped, plan.From, plan.To);
            documents = query.Run(scan.ToEnd(), plan.IsSorted).Select(r => r.Bytes);
        }
        else if (entry is Collection collection)
        {
            documents = query.Run(collection).Select(r => r.Bytes);
        }
        else if (entry is View view)
        {
            documents = ViewReader.Find(store, context.Catalog, view, query).Select(d => d.ToArray());
        }
        if (projection is not null) documents = documents.Select(d => projection.Apply(RawValue.Document(d)).ToArray());
        return new Cursor(ns.ToString(), documents) { NeverTimesOut = neverTimesOut, Snapshot = context.Snapshot, Scan = scan };
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
