using System.Globalization;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// A point in time to restore to: everything up to and with <see cref="Latest"/>. An exact optime is reached when the oplog is covered up to
/// it. A whole second holds everything that was written within it, so it is reached only when an entry of a later second was seen.
/// </summary>
public sealed record RestorePoint
{
    private RestorePoint(Optime latest, Optime needed) => (Latest, Needed) = (latest, needed);

    /// <summary>The last time that belongs to it.</summary>
    public Optime Latest { get; }

    /// <summary>The time up to which the oplog must be covered.</summary>
    public Optime Needed { get; }

    /// <summary>Everything up to and with this entry.</summary>
    public static RestorePoint At(Optime optime) => new(optime, optime);

    /// <summary>Everything up to the end of this second; fractions are cut off.</summary>
    public static RestorePoint EndOf(DateTimeOffset second)
    {
        var seconds = second.ToUnixTimeSeconds();
        if (seconds is < 0 or >= uint.MaxValue) throw new BackupException(ErrorKind.Configuration, $"restore to {second:O}: the oplog knows no such time", "give a time between 1970 and 2106");
        return new(new((uint)seconds, uint.MaxValue), new((uint)seconds + 1, 0));
    }

    /// <summary><c>seconds:increment</c>, or the second.</summary>
    public override string ToString() => Latest == Needed
        ? Latest.ToString()
        : DateTimeOffset.FromUnixTimeSeconds(Latest.Seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
