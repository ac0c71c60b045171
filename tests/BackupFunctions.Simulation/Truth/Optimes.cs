using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Simulation.Truth;

/// <summary>Optimes out of what drivers and servers give.</summary>
internal static class Optimes
{
    public static Optime ToOptime(this BsonTimestamp timestamp, long term = -1) => new((uint)timestamp.Timestamp, (uint)timestamp.Increment, term);

    /// <summary>The time just before this one, at which hardly ever anything was written.</summary>
    public static Optime Before(this Optime optime)
    {
        var value = (((ulong)optime.Seconds << 32) | optime.Increment) - 1;
        return new((uint)(value >> 32), (uint)value);
    }
}
