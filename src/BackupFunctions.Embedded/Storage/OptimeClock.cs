using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Gives optimes: (second, increment) pairs that only grow, even when the wall clock goes back.</summary>
internal sealed class OptimeClock(TimeProvider time)
{
    public BsonTimestamp Last { get; private set; } = new(0, 0);

    public DateTime Now => time.GetUtcNow().UtcDateTime;

    public BsonTimestamp Next()
    {
        var seconds = (int)time.GetUtcNow().ToUnixTimeSeconds();
        return Last = seconds > Last.Timestamp ? new BsonTimestamp(seconds, 1) : new BsonTimestamp(Last.Timestamp, Last.Increment + 1);
    }
}
