using System.Globalization;

namespace BackupFunctions.Standalone.Demo.Story;

/// <summary>Numbers as people read them.</summary>
internal static class Readable
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary><c>12,345</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>512 B</c>, <c>1.5 KiB</c>.</summary>
    public static string Size(long bytes)
    {
        double value = bytes;
        var unit = 0;
        // 1023.95 would be shown as 1024.0
        for (; value >= 1023.95 && unit < Units.Length - 1; unit++) value /= 1024;
        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }

    /// <summary><c>0.4 s</c>.</summary>
    public static string Seconds(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s");
}
