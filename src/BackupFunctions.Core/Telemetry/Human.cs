using System.Globalization;
using System.Text.Json;

namespace BackupFunctions.Telemetry;

/// <summary>Values as people read them.</summary>
public static class Human
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary><c>0 B</c>, <c>1.5 KiB</c>, <c>12.0 GiB</c>.</summary>
    public static string Size(long bytes)
    {
        double value = bytes;
        var unit = 0;
        // 1023.95 would be shown as 1024.0
        for (; value >= 1023.95 && unit < Units.Length - 1; unit++) value /= 1024;
        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }

    /// <summary><c>12,345</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>2026-07-01 02:00:00Z</c>.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>0.4s</c>, <c>3m 05s</c>, <c>2h 03m</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0}s"),
        { TotalHours: < 1 } => $"{duration.Minutes}m {duration.Seconds:00}s",
        _ => $"{(long)duration.TotalHours}h {duration.Minutes:00}m",
    };

    /// <summary>The name of an enumeration value as JSON has it: <c>not_found</c>.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
