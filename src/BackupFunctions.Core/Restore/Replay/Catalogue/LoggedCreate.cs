using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>A collection or view as a <c>create</c> of the oplog describes it.</summary>
internal static class LoggedCreate
{
    /// <summary>
    /// The time series whose buckets are created; null for a collection that has but the name of buckets. Of the options of the buckets, those that the server gives them of itself are not its own.
    /// </summary>
    public static CollectionSpec? ReadSeries(Namespace buckets, ReadOnlySpan<byte> command)
    {
        if (!RawBson.TryFind(command, "timeseries"u8, out var series) || series.Type != BsonType.Document) return null;
        var options = new OptionFields(command);
        options.Remove("create"u8);
        options.Remove("idIndex"u8);
        options.Remove("clusteredIndex"u8);
        options.Remove("validator"u8);
        return new() { Namespace = buckets.Owner, Type = CollectionType.Timeseries, Options = options.ToDocument(), Indexes = [] };
    }

    /// <summary>All fields of the command but its name and <c>idIndex</c> are options; <c>idIndex</c> is the first index.</summary>
    public static CollectionSpec Read(Namespace ns, ReadOnlySpan<byte> command)
    {
        var options = new OptionFields(command);
        options.Remove("create"u8);
        options.Remove("idIndex"u8);
        var document = options.ToDocument();
        var type = RawBson.TryFind(command, "viewOn"u8, out _) ? CollectionType.View : CollectionType.Collection;
        var spec = new CollectionSpec { Namespace = ns, Type = type, Options = document, Indexes = [] };
        return type == CollectionType.View ? spec : spec with { Indexes = IdIndex(spec, command) };
    }

    private static IReadOnlyList<RawBsonDocument> IdIndex(CollectionSpec spec, ReadOnlySpan<byte> command)
    {
        var given = RawBson.Nested(command, "idIndex"u8);
        if (!given.IsEmpty) return [new RawBsonDocument(given.ToArray())];
        return spec.IsClustered || (RawBson.TryFind(command, "autoIndexId"u8, out var auto) && !IndexSpec.IsTrue(auto)) ? [] : [IndexFold.DefaultId];
    }
}
