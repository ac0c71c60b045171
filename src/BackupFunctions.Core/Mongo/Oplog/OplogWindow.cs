using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>How far back the oplog of the primary reaches.</summary>
/// <param name="Oldest">The optime of its oldest entry.</param>
/// <param name="Newest">The optime of its newest entry that a majority has.</param>
/// <param name="Bytes">Size of its entries.</param>
/// <param name="MaxBytes">The size that it is kept below by deleting the oldest entries; null where that may not be asked.</param>
public sealed record OplogWindow(Optime Oldest, Optime Newest, long Bytes, long? MaxBytes)
{
    // entries are deleted some at a time, so that a full oplog is a little below its size
    private const double Full = 0.9;

    /// <summary>From the oldest entry to the newest.</summary>
    public TimeSpan Length => Newest.Time - Oldest.Time;

    /// <summary>Whether it deletes entries already; one that does not yet reaches back to when it was made, and will reach further.</summary>
    public bool IsFull => MaxBytes is not { } max || Bytes >= max * Full;

    /// <summary>Asks the primary; null where there is no oplog, or it may not be read.</summary>
    public static async Task<OplogWindow?> Read(MongoConnection connection, CancellationToken cancellationToken)
    {
        if (await OplogPosition.NewestMark(connection, cancellationToken).ConfigureAwait(false) is not { } newest) return null;
        if (await ServerOplog.Edge(connection, ReadPreference.PrimaryPreferred, newest: false, cancellationToken).ConfigureAwait(false) is not { } oldest) return null;
        var (bytes, maxBytes) = await Size(connection, cancellationToken).ConfigureAwait(false);
        return new(OplogEntry.Read(oldest.Bytes()).Optime, newest.Optime, bytes, maxBytes);
    }

    private static async Task<(long Bytes, long? MaxBytes)> Size(MongoConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var stats = await connection.Run("local", new BsonDocument("collStats", "oplog.rs"), cancellationToken).ConfigureAwait(false);
            return (stats["size"].ToInt64(), stats.TryGetValue("maxSize", out var max) ? max.ToInt64() : null);
        }
        catch (MongoCommandException)
        {
            return (0, null);
        }
    }
}
