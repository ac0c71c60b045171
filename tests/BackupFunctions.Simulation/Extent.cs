using System.Globalization;

namespace BackupFunctions.Simulation;

/// <summary>
/// How much is simulated: a short slice that belongs to every test run, or with <c>BACKUPFUNCTIONS_LONG=1</c> the long one. With
/// <c>BACKUPFUNCTIONS_SEED=N</c> one seed alone, to see a failure again.
/// </summary>
internal static class Extent
{
    private const string LongSetting = "BACKUPFUNCTIONS_LONG", SeedSetting = "BACKUPFUNCTIONS_SEED";

    public static bool IsLong => Environment.GetEnvironmentVariable(LongSetting) == "1";

    public static int Of(int shortRun, int longRun) => IsLong ? longRun : shortRun;

    /// <summary>Runs a simulation for each of its seeds; a failure says how to see it again.</summary>
    public static async Task ForSeeds(int shortRun, int longRun, Func<int, Task> simulate)
    {
        var one = Environment.GetEnvironmentVariable(SeedSetting);
        var seeds = one is null ? Enumerable.Range(1, Of(shortRun, longRun)) : [int.Parse(one, CultureInfo.InvariantCulture)];
        foreach (var seed in seeds)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                await simulate(seed);
            }
            catch (Exception e) when (e is not OperationCanceledException || !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                var longer = IsLong ? $" {LongSetting}=1" : "";
                throw new SimulationException($"seed {seed} failed; run this test with {SeedSetting}={seed}{longer} to see it again: {e.Message}", e);
            }
        }
    }
}

/// <summary>A simulation that failed, and its seed.</summary>
internal sealed class SimulationException(string message, Exception cause) : Exception(message, cause);
