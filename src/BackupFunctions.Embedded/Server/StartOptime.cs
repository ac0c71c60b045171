using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>The optime of a server that holds no data: its start, for good.</summary>
internal sealed class StartOptime : IOptimeSource
{
    /// <summary>Takes the time from the clock, once.</summary>
    public StartOptime(TimeProvider time)
    {
        var now = time.GetUtcNow();
        LastOptime = new BsonTimestamp((now.ToUnixTimeSeconds() << 32) | 1);
        LastWallTime = now.UtcDateTime;
    }

    /// <inheritdoc/>
    public BsonTimestamp LastOptime { get; }

    /// <inheritdoc/>
    public DateTime LastWallTime { get; }
}
