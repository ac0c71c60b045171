using System.Globalization;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// A point in the oplog: Unix seconds and an increment within them, and the election term (-1 when the source gives none). Ordered by time
/// alone: within one oplog no two entries share it.
/// </summary>
public sealed record Optime(uint Seconds, uint Increment, long Term = -1) : IComparable<Optime>
{
    /// <summary>The second it falls in, UTC.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(Seconds);

    private ulong Value => ((ulong)Seconds << 32) | Increment;

    /// <summary>As BSON has it.</summary>
    public BsonTimestamp ToTimestamp() => new(((long)Seconds << 32) | Increment);

    /// <inheritdoc/>
    public int CompareTo(Optime? other) => other is null ? 1 : Value.CompareTo(other.Value);

    /// <summary><c>seconds:increment</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds}:{Increment}");

    /// <summary>Earlier; false when either is null.</summary>
    public static bool operator <(Optime? left, Optime? right) => left?.Value < right?.Value;

    /// <summary>Later; false when either is null.</summary>
    public static bool operator >(Optime? left, Optime? right) => left?.Value > right?.Value;

    /// <summary>Earlier or the same; false when either is null.</summary>
    public static bool operator <=(Optime? left, Optime? right) => left?.Value <= right?.Value;

    /// <summary>Later or the same; false when either is null.</summary>
    public static bool operator >=(Optime? left, Optime? right) => left?.Value >= right?.Value;
}
