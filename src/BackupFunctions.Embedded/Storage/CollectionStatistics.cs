using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// Sizes as collStats shows them. Nothing is compressed or padded in memory, so that storage size is data size; an index counts 24 bytes
/// for each entry.
/// </summary>
internal static class CollectionStatistics
{
    private const long BytesPerIndexEntry = 24;

    public static BsonDocument Of(Collection collection, double scale)
    {
        var options = collection.Options;
        var sizes = new BsonDocument();
        foreach (var index in collection.Indexes) sizes[index.Name] = Number((long)(collection.Count * BytesPerIndexEntry / scale));
        var indexBytes = IndexBytes(collection);
        var document = new BsonDocument
        {
            { "size", Number((long)(collection.DataSize / scale)) },
            { "count", Number(collection.Count) },
        };
        if (collection.Count > 0) document.Add("avgObjSize", Number(collection.DataSize / collection.Count));
        document.Add("numOrphanDocs", 0).Add("storageSize", Number((long)(collection.DataSize / scale)))
            .Add("freeStorageSize", 0).Add("capped", options.Capped);
        if (options.Capped) document.Add("max", Number(options.Max)).Add("maxSize", Number((long)(options.Size / scale)));
        return document.Add("nindexes", collection.Indexes.Count).Add("indexBuilds", new BsonArray())
            .Add("totalIndexSize", Number((long)(indexBytes / scale))).Add("totalSize", Number((long)((collection.DataSize + indexBytes) / scale)))
            .Add("indexSizes", sizes).Add("scaleFactor", Number((long)scale));
    }

    public static long IndexBytes(Collection collection) => collection.Indexes.Count * collection.Count * BytesPerIndexEntry;

    /// <summary>An int32 where it fits, as the server writes counts.</summary>
    public static BsonValue Number(long value) => value is >= int.MinValue and <= int.MaxValue ? new BsonInt32((int)value) : new BsonInt64(value);
}
