using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Reads <c>local.oplog.rs</c> of a replica set by <c>find</c>: majority read concern, one session kept alive, batches bounded by count and by the server's 16 MiB.</summary>
internal sealed class ServerOplog : IOplogSource
{
    private const int BatchSize = 1_000;

    private readonly MongoConnection _connection;
    private readonly SessionKeeper _session;

    private ServerOplog(MongoConnection connection, SessionKeeper session) => (_connection, _session) = (connection, session);

    public static async Task<IOplogSource> Start(MongoConnection connection, CancellationToken cancellationToken) =>
        new ServerOplog(connection, await SessionKeeper.Start(connection, cancellationToken, causallyConsistent: false).ConfigureAwait(false));

    /// <summary>The oplog as a collection, read by majority.</summary>
    public static IMongoCollection<RawBsonDocument> Collection(MongoConnection connection, ReadPreference reads) =>
        connection.Client.GetDatabase("local").GetCollection<RawBsonDocument>("oplog.rs", new() { ReadPreference = reads, ReadConcern = ReadConcern.Majority });

    public Task<IAsyncCursor<RawBsonDocument>> Open(Optime from, bool primary, CancellationToken cancellationToken)
    {
        // natural order and a lower bound on ts: the server seeks to it instead of scanning from the oldest entry
        var options = new FindOptions<RawBsonDocument> { BatchSize = BatchSize, Hint = new BsonDocument("$natural", 1), NoCursorTimeout = true };
        return Collection(_connection, Reads(primary)).FindAsync(_session.Session, Builders<RawBsonDocument>.Filter.Gte("ts", from.ToTimestamp()), options, cancellationToken);
    }

    public async Task<Optime> CommitPoint(CancellationToken cancellationToken)
    {
        if (LastWriteOf(await Hello(cancellationToken).ConfigureAwait(false), "majorityOpTime") is { } point) return point;
        return await Edge(_connection, ReadPreference.PrimaryPreferred, newest: true, cancellationToken).ConfigureAwait(false) is { } newest
            ? OplogEntry.Read(newest.Bytes()).Optime
            : throw OplogPosition.NoOplog(_connection);
    }

    public async Task<Optime> LastWrite(CancellationToken cancellationToken) =>
        LastWriteOf(await Hello(cancellationToken).ConfigureAwait(false), "opTime") ?? await CommitPoint(cancellationToken).ConfigureAwait(false);

    public async Task<Optime?> Oldest(bool primary, CancellationToken cancellationToken) =>
        await Edge(_connection, Reads(primary), newest: false, cancellationToken).ConfigureAwait(false) is { } oldest ? OplogEntry.Read(oldest.Bytes()).Optime : null;

    public async Task<int?> RollbackId(bool primary, CancellationToken cancellationToken)
    {
        try
        {
            return (await Run(new("replSetGetRBID", 1), Reads(primary), cancellationToken).ConfigureAwait(false))["rbid"].ToInt32();
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.Unauthorized)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    /// <summary>The newest or the oldest entry, or null.</summary>
    public static async Task<RawBsonDocument?> Edge(MongoConnection connection, ReadPreference reads, bool newest, CancellationToken cancellationToken) =>
        await Collection(connection, reads).Find(FilterDefinition<RawBsonDocument>.Empty)
            .Sort(new BsonDocument("$natural", newest ? -1 : 1)).Limit(1).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);

    private static Optime? LastWriteOf(BsonDocument hello, string name)
    {
        if (hello.GetValue("lastWrite", BsonNull.Value) is not BsonDocument last || last.GetValue(name, BsonNull.Value) is not BsonDocument optime) return null;
        var ts = optime["ts"].AsBsonTimestamp;
        return new((uint)ts.Timestamp, (uint)ts.Increment, optime.TryGetValue("t", out var term) ? term.ToInt64() : -1);
    }

    private ReadPreference Reads(bool primary) => primary ? ReadPreference.PrimaryPreferred : _connection.Reads;

    private Task<BsonDocument> Hello(CancellationToken cancellationToken) => Run(new("hello", 1), ReadPreference.PrimaryPreferred, cancellationToken);

    private Task<BsonDocument> Run(BsonDocument command, ReadPreference reads, CancellationToken cancellationToken) =>
        _connection.Client.GetDatabase("admin").RunCommandAsync<BsonDocument>(_session.Session, command, reads, cancellationToken);
}
