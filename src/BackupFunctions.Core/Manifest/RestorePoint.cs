using System.Globalization;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// A point in time to restore to: everything up to and with <see cref="Latest"/>. An exact optime is reached when the oplog is covered up to
/// it. A whole second holds everything that was written within it, so it is reached only when an entry of a later second was seen.
/// </summary>
public sealed record RestorePoint
{
    private const string Day = "yyyy-MM-dd";

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK"];

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

    /// <summary>
    /// Reads <c>2026-11-22T14:03:07Z</c> (or with an offset) or <c>1795356187:3</c>. Anything else is a <see cref="ErrorKind.Configuration"/> error that names the
    /// option; of a time without a zone, and of a day, it says what they lack.
    /// </summary>
    public static RestorePoint Parse(string text, string optionName)
    {
        var parts = text.Split(':');
        if (parts.Length == 2 && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var increment))
            return At(new(seconds, increment));
        if (DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            // it could mean that of whatever machine restores
            return HasZone(text) ? EndOf(time) : throw Refused(text, optionName, "its time zone is missing", $"{text}Z");
        throw DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? Refused(text, optionName, "it is a whole day", $"{text}T14:03:07Z")
            : Refused(text, optionName, "it is no point in time", "2026-11-22T14:03:07Z");
    }

    /// <summary><c>seconds:increment</c>, or the second.</summary>
    public override string ToString() => Latest == Needed
        ? Latest.ToString()
        : DateTimeOffset.FromUnixTimeSeconds(Latest.Seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static BackupException Refused(string text, string optionName, string fault, string example) => new(
        ErrorKind.Configuration, $"read {optionName} '{text}': {fault}", $"give UTC as {optionName} {example}, or an optime as {optionName} 1795356187:3");

    private static bool HasZone(string text) => text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-');
}
