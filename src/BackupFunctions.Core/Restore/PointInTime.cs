using System.Globalization;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// A moment to go back to. A time of day means the end of that second, so that everything written in it is there; <c>seconds:increment</c>
/// means the oplog entry of exactly this optime, and what came before it.
/// </summary>
public sealed record PointInTime(uint Seconds, uint? Increment)
{
    /// <summary>The newest optime that belongs to it.</summary>
    public Optime Last => new(Seconds, Increment ?? uint.MaxValue);

    /// <summary>
    /// Reads <c>2026-11-22T14:03:07Z</c> (or with an offset) or <c>1795356187:3</c>. Anything else, a time without a zone among it, is a
    /// <see cref="ErrorKind.Configuration"/> error that names the option.
    /// </summary>
    public static PointInTime Parse(string text, string optionName)
    {
        var parts = text.Split(':');
        if (parts.Length == 2 && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var increment))
            return new(seconds, increment);
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-ddTHH:mmK"], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            && HasZone(text) && time.ToUnixTimeSeconds() is > 0 and <= uint.MaxValue)
            return new((uint)time.ToUnixTimeSeconds(), null);
        throw new BackupException(ErrorKind.Configuration, $"read {optionName} '{text}': it is no point in time", $"give UTC as {optionName} 2026-11-22T14:03:07Z, or an optime as {optionName} 1795356187:3");
    }

    /// <summary>As it is read.</summary>
    public override string ToString() => Increment is { } increment
        ? string.Create(CultureInfo.InvariantCulture, $"{Seconds}:{increment}")
        : DateTimeOffset.FromUnixTimeSeconds(Seconds).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    // without one it would mean the zone of whatever machine restores
    private static bool HasZone(string text) => text.EndsWith('Z') || text[^6..].AsSpan().IndexOfAny('+', '-') >= 0;
}
