using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Places in the oplog as it is now.</summary>
public static class OplogPosition
{
    /// <summary>The optime of the newest majority-committed entry; null where there is no oplog, or it may not be read.</summary>
    public static async Task<Optime?> Newest(MongoConnection connection, CancellationToken cancellationToken) =>
        (await NewestMark(connection, cancellationToken).ConfigureAwait(false))?.Optime;

    /// <summary>The newest majority-committed entry; null where there is no oplog, or it may not be read.</summary>
    public static async Task<OplogMark?> NewestMark(MongoConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var newest = await ServerOplog.Edge(connection, connection.Reads, newest: true, cancellationToken).ConfigureAwait(false);
            return newest is null ? null : OplogMark.Of(OplogEntry.Read(newest.Bytes()));
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.Unauthorized)
        {
            return null;
        }
    }

    /// <summary>
    /// The entry behind which a backup that starts now must read the oplog: the newest one, or the last one before the oldest transaction that
    /// is open. Null where there is no oplog, or it may not be read.
    /// </summary>
    public static async Task<OplogMark?> Start(MongoConnection connection, CancellationToken cancellationToken)
    {
        // asked before and after: a transaction that is open at the newest entry is open at one of the two
        var before = await OldestOpenTransaction(connection, cancellationToken).ConfigureAwait(false);
        if (await NewestMark(connection, cancellationToken).ConfigureAwait(false) is not { } newest) return null;
        var after = await OldestOpenTransaction(connection, cancellationToken).ConfigureAwait(false);
        if (new[] { before, after }.OfType<Optime>().Min() is not { } oldest || oldest > newest.Optime) return newest;
        var earlier = await ServerOplog.Collection(connection, connection.Reads).Find(Builders<RawBsonDocument>.Filter.Lt("ts", oldest.ToTimestamp()))
            .Sort(new BsonDocument("$natural", -1)).Limit(1).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        return earlier is not null
            ? OplogMark.Of(OplogEntry.Read(earlier.Bytes()))
            : throw new BackupException(ErrorKind.Failed, $"find where the oplog of the backup starts: a transaction is open since {oldest}, and the oplog holds nothing before it",
                "end that transaction, or make the oplog larger (replSetResizeOplog)");
    }

    /// <summary>The first oplog entry of the oldest transaction that is prepared or in progress; null when there is none, or it may not be asked.</summary>
    public static async Task<Optime?> OldestOpenTransaction(MongoConnection connection, CancellationToken cancellationToken)
    {
        var transactions = connection.Client.GetDatabase("config").GetCollection<BsonDocument>("transactions").WithReadPreference(ReadPreference.PrimaryPreferred);
        try
        {
            var open = await transactions.Find(Builders<BsonDocument>.Filter.In("state", ["prepared", "inProgress"]))
                .Project(new BsonDocument("startOpTime", 1)).ToListAsync(cancellationToken).ConfigureAwait(false);
            return open.Select(StartOf).OfType<Optime>().Min();
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.Unauthorized)
        {
            return null;
        }
    }

    /// <summary>The error of a deployment that keeps no oplog.</summary>
    public static BackupException NoOplog(MongoConnection connection) => new(ErrorKind.Configuration,
        $"read the oplog of {connection.Name}: the server is no replica set, and keeps none",
        "start mongod with --replSet rs0 (or replication.replSetName in its configuration) and run rs.initiate() once; one member is enough");

    private static Optime? StartOf(BsonDocument transaction)
    {
        // {ts, t}, or in older versions the bare timestamp
        var start = transaction.GetValue("startOpTime", BsonNull.Value);
        var term = start is BsonDocument document && document.TryGetValue("t", out var t) ? t.ToInt64() : -1;
        if (start is BsonDocument optime) start = optime.GetValue("ts", BsonNull.Value);
        return start is BsonTimestamp ts ? new((uint)ts.Timestamp, (uint)ts.Increment, term) : null;
    }
}
