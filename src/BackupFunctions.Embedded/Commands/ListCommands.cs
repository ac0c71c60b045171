using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>listDatabases</c>, <c>listCollections</c> and <c>listIndexes</c>.</summary>
internal static class ListCommands
{
    public static BsonDocument Databases(CommandContext context)
    {
        var arguments = Arguments.Read(context, "filter", "nameOnly", "authorizedDatabases");
        if (context.Database != "admin") throw new CommandException(13, "Unauthorized", "listDatabases may only be run against the admin database.");
        var (filter, nameOnly, catalog) = (FilterParser.Parse(arguments.Object("filter")), arguments.Flag("nameOnly"), context.Catalog);
        var (databases, total) = (new BsonArray(), 0L);
        foreach (var name in catalog.Databases)
        {
            var size = catalog.In(name).OfType<Collection>().Sum(c => c.DataSize + CollectionStatistics.IndexBytes(c));
            var document = new BsonDocument { { "name", name }, { "sizeOnDisk", size }, { "empty", size == 0 } };
            if (!filter.Matches(RawValue.From(document))) continue;
            total += size;
            databases.Add(nameOnly ? new BsonDocument("name", name) : document);
        }
        var reply = new BsonDocument("databases", databases);
        if (!nameOnly) reply.Add("totalSize", total).Add("totalSizeMb", total >> 20);
        return reply;
    }

    public static BsonDocument Collections(Cursors cursors, CommandContext context)
    {
        var arguments = Arguments.Read(context, "filter", "nameOnly", "cursor", "authorizedCollections");
        Namespace.CheckDatabase(context.Database);
        var filter = FilterParser.Parse(arguments.Object("filter"));
        var entries = context.Catalog.In(context.Database).Select(e => Describe(context.Catalog, e)).Where(d => filter.Matches(RawValue.Document(d)));
        if (arguments.Flag("nameOnly")) entries = entries.Select(NameOnly);
        var cursor = new Cursor($"{context.Database}.$cmd.listCollections", entries);
        return cursors.Open(cursor, Values.Long(arguments.Object("cursor")["batchSize"u8]), single: false, context.Cancellation);
    }

    public static BsonDocument Indexes(Cursors cursors, CommandContext context)
    {
        var arguments = Arguments.Read(context, "cursor", "includeBuildUUIDs", "includeIndexBuildInfo");
        var ns = arguments.Target();
        var indexes = context.Catalog.Find(ns) switch
        {
            null => throw new CommandException(26, "NamespaceNotFound", $"ns does not exist: {ns}"),
            // the order of buckets is no index to the server
            Collection collection => collection.Indexes.Where(i => !i.Clustered || !ns.IsBuckets).Select(i => i.Spec.ToArray()).Concat(Building(collection, arguments.Flag("includeBuildUUIDs"))),
            View view when Series.BucketsOf(context.Catalog, view) is { } buckets =>
                buckets.Indexes.Select(i => SeriesIndexKey.Listed(SeriesOptions.Of(buckets.Options), i)).OfType<byte[]>(),
            _ => throw new CommandException(166, "CommandNotSupportedOnView", $"Namespace {ns} is a view, not a collection"),
        };
        var cursor = new Cursor(ns.ToString(), indexes);
        return cursors.Open(cursor, Values.Long(arguments.Object("cursor")["batchSize"u8]), single: false, context.Cancellation);
    }

    // told from those that are ready only when it is asked for
    private static IEnumerable<byte[]> Building(Collection collection, bool withUuids) =>
        from build in (collection as StoredCollection)?.Builds ?? []
        let spec = build.Definition.Spec
        select withUuids ? new RawWriter().Append("spec", spec).Append("buildUUID", build.Id).ToDocument() : spec.ToArray();

    private static byte[] Describe(Catalog catalog, CatalogEntry entry) => entry switch
    {
        Collection collection => DescribeCollection(collection),
        View view when Series.BucketsOf(catalog, view) is { } buckets => DescribeSeries(view, buckets),
        View view => DescribeView(view),
        _ => throw new InvalidOperationException($"list {entry.Namespace}: it is neither a collection nor a view"),
    };

    private static byte[] DescribeCollection(Collection collection)
    {
        var writer = new RawWriter()
            .Append("name", collection.Namespace.Collection).Append("type", "collection").Append("options", collection.Options.Document)
            .Append("info", new BsonDocument { { "readOnly", false }, { "uuid", collection.Options.UuidValue } });
        if (collection.IdIndex is { Clustered: false } id) writer.Append("idIndex", id.Spec);
        return writer.ToDocument();
    }

    private static byte[] DescribeSeries(View view, Collection buckets) => new RawWriter()
        .Append("name", view.Namespace.Collection).Append("type", "timeseries").Append("options", Series.ListedOptions(buckets.Options))
        .Append("info", new BsonDocument("readOnly", false)).ToDocument();

    private static byte[] DescribeView(View view)
    {
        var options = new RawWriter().Append("viewOn", view.On.Collection).Append("pipeline", view.Pipeline);
        if (!view.Collation.IsMissing) options.Append("collation", view.Collation);
        return new RawWriter()
            .Append("name", view.Namespace.Collection).Append("type", "view").Append("options", RawValue.Document(options.ToDocument()))
            .Append("info", new BsonDocument("readOnly", true)).ToDocument();
    }

    private static byte[] NameOnly(byte[] description)
    {
        var document = RawValue.Document(description);
        return new RawWriter().Append("name"u8, document["name"u8]).Append("type"u8, document["type"u8]).ToDocument();
    }
}
