using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Gives optimes: (second, increment) pairs that only grow, even when the wall clock goes back.</summary>
internal sealed class OptimeClock(TimeProvider time)
{
    private volatile BsonTimestamp _highest = new(0, 0);

    public BsonTimestamp Last { get; private set; } = new(0, 0);

    /// <summary>The highest optime that was given, also when <see cref="Return"/> went back behind it; any thread may read it.</summary>
    public BsonTimestamp Highest => _highest;

    /// <summary>The election term of new entries.</summary>
    public long Term { get; set; } = 1;

    public DateTime Now => time.GetUtcNow().UtcDateTime;

    public BsonTimestamp Next()
    {
        var seconds = (int)time.GetUtcNow().ToUnixTimeSeconds();
        Last = seconds > Last.Timestamp ? new BsonTimestamp(seconds, 1) : new BsonTimestamp(Last.Timestamp, Last.Increment + 1);
        if (Last.Value > _highest.Value) _highest = Last;
        return Last;
    }

    /// <summary>Goes on behind an earlier optime, as a primary does that never saw the later ones.</summary>
    public void Return(BsonTimestamp optime) => Last = optime;
}
