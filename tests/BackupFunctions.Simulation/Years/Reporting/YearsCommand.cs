using System.Diagnostics;
using System.Globalization;

namespace BackupFunctions.Simulation.Years.Reporting;

/// <summary>
/// <c>--days N [--seed N] [--json]</c>: simulates so many days and tells of each step; exits 1 when something was wrong, 2 when the arguments are. With <c>--json</c> every line is an object, the last
/// one the summary; without, there is a line a step for people.
/// </summary>
internal static class YearsCommand
{
    public static bool IsMeant(string[] args) => args.Contains("--days");

    public static async Task<int> Run(string[] args, TextWriter output)
    {
        int days = 0, seed = 1;
        var json = false;
        for (var at = 0; at < args.Length; at++)
        {
            var ok = args[at] switch
            {
                "--days" => Number(args, ++at, out days) && days > 0,
                "--seed" => Number(args, ++at, out seed),
                "--json" => json = true,
                _ => false,
            };
            if (ok) continue;
            await Console.Error.WriteLineAsync($"read '{string.Join(' ', args)}': expected --days N [--seed N] [--json]");
            return 2;
        }
        return await Run(days, seed, json ? new JsonReport(output, seed) : new TextReport(output, seed));
    }

    private static async Task<int> Run(int days, int seed, IYearsReport report)
    {
        var started = Stopwatch.GetTimestamp();
        await using var simulation = await YearsSimulation.Start(seed);
        await simulation.Run(days, report.Tell, CancellationToken.None);
        report.End(simulation.Totals, Stopwatch.GetElapsedTime(started));
        return simulation.Totals.Violations > 0 ? 1 : 0;
    }

    private static bool Number(string[] args, int at, out int number)
    {
        number = 0;
        return at < args.Length && int.TryParse(args[at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}

/// <summary>Tells what is simulated.</summary>
internal interface IYearsReport
{
    /// <summary>A step is done.</summary>
    void Tell(StepReport step);

    /// <summary>All is done, or something is wrong.</summary>
    void End(YearsTotals totals, TimeSpan took);
}
