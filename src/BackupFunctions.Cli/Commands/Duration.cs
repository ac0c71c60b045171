using System.CommandLine.Parsing;
using System.Globalization;

namespace BackupFunctions.Cli.Commands;

/// <summary>A duration of the command line: a whole number and s, m or h.</summary>
internal static class Duration
{
    private const int MostSeconds = 24 * 3600;

    public static TimeSpan? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        long unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (unit > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number * unit is >= 1 and <= MostSeconds) return TimeSpan.FromSeconds(number * unit);
        result.AddError($"'{text}' is no duration: want 10s, 5m or 1h, up to 24h");
        return null;
    }
}
