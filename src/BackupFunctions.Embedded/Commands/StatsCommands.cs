using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>collStats</c> and <c>dbStats</c>.</summary>
internal static class StatsCommands
{
    public static BsonDocument Collection(CommandContext context)
    {
        var arguments = Arguments.Read(context, "scale");
        var ns = arguments.Target();
        var reply = new BsonDocument("ns", ns.ToString());
        return context.Catalog.Find(ns) switch
        {
            Collection collection => reply.AddRange(CollectionStatistics.Of(collection, Scale(arguments))),
            View => throw new CommandException(166, "CommandNotSupportedOnView", $"Namespace {ns} is a view, not a collection"),
            _ => reply.AddRange(new BsonDocument
            {
                { "size", 0 }, { "count", 0 }, { "numOrphanDocs", 0 }, { "storageSize", 0 }, { "totalSize", 0 }, { "nindexes", 0 }, { "totalIndexSize", 0 },
                { "indexDetails", new BsonDocument() }, { "indexSizes", new BsonDocument() }, { "scaleFactor", (int)Scale(arguments) },
            }),
        };
    }

    public static BsonDocument Database(CommandContext context)
    {
        var arguments = Arguments.Read(context, "scale", "freeStorage");
        var (scale, entries) = (Scale(arguments), context.Catalog.In(context.Database).ToList());
        var collections = entries.OfType<Collection>().ToList();
        var (objects, data, indexes) = (collections.Sum(c => c.Count), collections.Sum(c => c.DataSize), collections.Sum(CollectionStatistics.IndexBytes));
        return new BsonDocument
        {
            { "db", context.Database }, { "collections", (long)collections.Count }, { "views", (long)(entries.Count - collections.Count) }, { "objects", objects },
            { "avgObjSize", objects == 0 ? 0.0 : (double)data / objects }, { "dataSize", data / scale }, { "storageSize", data / scale },
            { "indexes", (long)collections.Sum(c => c.Indexes.Count) }, { "indexSize", indexes / scale }, { "totalSize", (data + indexes) / scale },
            { "scaleFactor", (long)scale },
        };
    }

    private static double Scale(Arguments arguments)
    {
        var scale = arguments["scale"];
        if (scale.IsMissing) return 1;
        return Values.Double(scale) is { } number && number >= 1 ? Math.Floor(number)
            : throw new CommandException(51024, "Location51024", $"BSON field 'scale' value must be >= 1, actual value '{scale}'");
    }
}
