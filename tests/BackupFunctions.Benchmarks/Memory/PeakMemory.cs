using System.Diagnostics;
using System.Globalization;

namespace BackupFunctions.Benchmarks.Memory;

/// <summary>The most memory that this process had resident.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status", Peak = "VmHWM:";

    /// <summary>Linux's VmHWM; elsewhere what the operating system calls the peak of the working set.</summary>
    public static long Bytes()
    {
        if (!OperatingSystem.IsLinux()) return Process.GetCurrentProcess().PeakWorkingSet64;
        var line = File.ReadLines(Status).First(l => l.StartsWith(Peak, StringComparison.Ordinal));
        return 1024 * long.Parse(line[Peak.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture);
    }
}
