using Cronos;

namespace BackupFunctions.Scheduling;

/// <summary>A cron expression of five or six fields (the first of six is seconds), in UTC.</summary>
public sealed class Schedule
{
    private readonly CronExpression _expression;

    private Schedule(CronExpression expression) => _expression = expression;

    /// <summary>Whether a text is one.</summary>
    public static bool IsValid(string text) => TryParse(text) is not null;

    /// <summary>Reads a text that is one.</summary>
    public static Schedule Parse(string text) => TryParse(text) ?? throw new FormatException($"'{text}' is no cron expression");

    /// <summary>The first moment behind this one; null when there is none any more.</summary>
    public DateTimeOffset? After(DateTimeOffset moment) => _expression.GetNextOccurrence(moment, TimeZoneInfo.Utc);

    /// <summary>The last moment behind one and up to and with another; null when there is none.</summary>
    public DateTimeOffset? Latest(DateTimeOffset after, DateTimeOffset until)
    {
        // halving: a schedule by seconds that stood still for a month has millions of moments
        if (After(after) is not { } found || found > until) return null;
        for (var (low, high) = (found, until); high - low > TimeSpan.FromSeconds(1);)
        {
            var middle = low + ((high - low) / 2);
            if (After(middle) is { } later && later <= until) low = found = later;
            else high = middle;
        }
        return found;
    }

    /// <summary>The longest time between two of its next hundred moments; null when there are not two.</summary>
    public TimeSpan? LongestPause(DateTimeOffset from)
    {
        const int Moments = 100;
        TimeSpan? longest = null;
        for (var (moment, n) = (After(from), 1); n < Moments && moment is { } earlier && After(earlier) is { } later; (moment, n) = (later, n + 1))
        {
            if (longest is null || later - earlier > longest) longest = later - earlier;
        }
        return longest;
    }

    /// <summary>Reads a text; null when it is none.</summary>
    public static Schedule? TryParse(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return fields is 5 or 6 && CronExpression.TryParse(text, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard, out var expression) ? new(expression) : null;
    }
}
