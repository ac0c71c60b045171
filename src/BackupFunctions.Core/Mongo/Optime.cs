using System.Globalization;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>A point in the oplog: Unix seconds and an increment within them, and the election term (-1 when the source gives none).</summary>
public sealed record Optime(uint Seconds, uint Increment, long Term = -1)
{
    /// <summary>The second it falls in, UTC.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(Seconds);

    /// <summary>As BSON has it.</summary>
    public BsonTimestamp ToTimestamp() => new(((long)Seconds << 32) | Increment);

    /// <summary><c>seconds:increment</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds}:{Increment}");
}
