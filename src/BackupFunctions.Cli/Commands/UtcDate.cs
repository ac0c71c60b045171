using System.CommandLine.Parsing;
using System.Globalization;

namespace BackupFunctions.Cli.Commands;

/// <summary>A date or a time of the command line, UTC unless it says otherwise.</summary>
internal static class UtcDate
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK"];

    public static DateTimeOffset? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
        result.AddError($"'{text}' is no date: want 2026-07-01 or 2026-07-01T02:00:00Z");
        return null;
    }
}
