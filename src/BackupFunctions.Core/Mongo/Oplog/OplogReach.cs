using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>
/// How far the oplog of a server reaches: the times of its oldest and newest entries, the bytes of its entries, and how many it may hold (null: not to be told, for want of rights or support).
/// </summary>
public sealed record OplogReach(DateTimeOffset Oldest, DateTimeOffset Newest, long? Bytes, long? MaxBytes)
{
    // entries are dropped some at a time, so that a full oplog is a little below its size
    private const double Full = 0.9;
    private static readonly TimeSpan s_telling = TimeSpan.FromHours(1);

    /// <summary>Whether it tells how long entries stay: one that is not full and spans less than an hour only tells how fast it was written at the beginning.</summary>
    public bool IsTelling => Bytes is not { } bytes || MaxBytes is not { } most || bytes >= most * Full || Span >= s_telling;

    /// <summary>The time that it spans when it is full, at the rate at which it was written so far.</summary>
    public TimeSpan Window => Span + Unused;

    /// <summary>For how long from <paramref name="now"/> on the entry of a time stays in it, at that rate; zero when it is gone.</summary>
    public TimeSpan Keeps(DateTimeOffset entry, DateTimeOffset now)
    {
        // what is newer than all of it was read from a server that is behind
        var left = (entry < Newest ? entry : Newest) - Oldest + Unused;
        // where nothing is written nothing rolls over
        left -= TimeSpan.FromTicks(Math.Max(0, (now - Newest).Ticks));
        return entry < Oldest || left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private TimeSpan Span => Newest - Oldest;

    // an oplog that is not full yet drops nothing
    private TimeSpan Unused => Bytes is > 0 and var bytes && MaxBytes is { } most && most > bytes ? TimeSpan.FromTicks((long)Math.Min(Span.Ticks * ((double)(most - bytes) / bytes), TimeSpan.FromDays(3650).Ticks)) : TimeSpan.Zero;

    /// <summary>Of a server; null where there is no oplog, or it may not be read.</summary>
    public static async Task<OplogReach?> Read(MongoConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var oldest = await ServerOplog.Edge(connection, ReadPreference.PrimaryPreferred, newest: false, cancellationToken).ConfigureAwait(false);
            var newest = await ServerOplog.Edge(connection, ReadPreference.PrimaryPreferred, newest: true, cancellationToken).ConfigureAwait(false);
            if (oldest is null || newest is null) return null;
            var (bytes, most) = await Size(connection, cancellationToken).ConfigureAwait(false);
            return new(OplogEntry.Read(oldest.Bytes()).Optime.Time, OplogEntry.Read(newest.Bytes()).Optime.Time, bytes, most);
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.Unauthorized)
        {
            return null;
        }
    }

    private static async Task<(long? Bytes, long? MaxBytes)> Size(MongoConnection connection, CancellationToken cancellationToken)
    {
        var pipeline = new BsonDocument[] { new("$collStats", new BsonDocument("storageStats", new BsonDocument())) };
        try
        {
            var oplog = connection.Client.GetDatabase("local").GetCollection<BsonDocument>("oplog.rs").WithReadPreference(ReadPreference.PrimaryPreferred);
            using var cursor = await oplog.AggregateAsync<BsonDocument>(pipeline, cancellationToken: cancellationToken).ConfigureAwait(false);
            var stats = (await cursor.FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false))?.GetValue("storageStats", BsonNull.Value) as BsonDocument;
            return (Number(stats, "size"), Number(stats, "maxSize"));
        }
        catch (MongoCommandException)
        {
            return (null, null);
        }
    }

    private static long? Number(BsonDocument? stats, string name) => stats is not null && stats.TryGetValue(name, out var value) && value.IsNumeric ? value.ToInt64() : null;
}
