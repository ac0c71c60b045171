using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Reads one collection by <c>find</c>: majority or snapshot read concern, one session kept alive, batches bounded by bytes.</summary>
internal sealed class FindCursorSource : IRawCursorSource
{
    // The driver makes objects for each document, and those of a batch that is being read outlive collections: larger batches took up to
    // 25 MB more and no less time. The server itself stops at 16 MiB.
    private const long BatchBytes = 1 << 20;
    private const int MostDocuments = 100_000;
    private const int DocumentsOfUnknownSize = 1_000;

    private readonly IMongoCollection<RawBsonDocument> _collection;
    private readonly CollectionSpec _spec;
    private readonly SessionKeeper _session;

    private FindCursorSource(IMongoCollection<RawBsonDocument> collection, CollectionSpec spec, SessionKeeper session) =>
        (_collection, _spec, _session) = (collection, spec, session);

    public static async Task<FindCursorSource> Start(
        MongoConnection connection, CollectionSpec spec, BsonTimestamp? afterTime, BsonTimestamp? snapshot, CancellationToken cancellationToken)
    {
        var session = await SessionKeeper.Start(connection, cancellationToken, snapshot).ConfigureAwait(false);
        // a member that lags behind waits until it has caught up with this moment
        if (afterTime is not null) session.Session.AdvanceOperationTime(afterTime);
        var settings = new MongoCollectionSettings { ReadPreference = connection.Reads, ReadConcern = snapshot is null ? ReadConcern.Majority : ReadConcern.Default };
        var (database, name) = spec.DataNamespace;
        var collection = connection.Client.GetDatabase(database).GetCollection<RawBsonDocument>(name, settings);
        return new FindCursorSource(collection, spec, session);
    }

    public Task<IAsyncCursor<RawBsonDocument>> Open(RawBsonDocument? min, RawBsonDocument? max, CancellationToken cancellationToken)
    {
        // Servers before 5.3 take neither a hint nor bounds for the order of a clustered collection, and all of them read buckets in the order
        // of _id, which is always an ObjectId: comparing with one passes nothing over.
        var buckets = _spec.Type == CollectionType.Timeseries;
        var options = new FindOptions<RawBsonDocument>
        {
            BatchSize = BatchSize(_spec.Documents, _spec.Bytes),
            Hint = _spec.ReadOrder == CollectionReadOrder.ById && !buckets ? new BsonDocument("_id", 1) : new BsonDocument("$natural", 1),
            Min = buckets ? null : min,
            Max = buckets ? null : max,
            NoCursorTimeout = true,
        };
        return _collection.FindAsync(_session.Session, buckets ? Between(min, max) : FilterDefinition<RawBsonDocument>.Empty, options, cancellationToken);
    }

    private static BsonDocument Between(RawBsonDocument? min, RawBsonDocument? max)
    {
        var bounds = new BsonDocument();
        if (min is not null) bounds.Add("$gte", min["_id"]);
        if (max is not null) bounds.Add("$lt", max["_id"]);
        return bounds.ElementCount == 0 ? bounds : new BsonDocument("_id", bounds);
    }

    /// <summary>Documents per batch for about 1 MiB.</summary>
    internal static int BatchSize(long documents, long bytes)
    {
        if (documents <= 0 || bytes <= 0) return DocumentsOfUnknownSize;
        var average = Math.Max(1, bytes / documents);
        return (int)Math.Clamp(BatchBytes / average, 1, MostDocuments);
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
