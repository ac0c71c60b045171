namespace BackupFunctions.Benchmarks.Sealing;

/// <summary>
/// Processor time instead of time on the wall, so that other programs on the machine count little. It is the process's: with one worker that is
/// the worker, and the garbage that it makes.
/// </summary>
internal static class CpuTime
{
    /// <summary>Processor seconds that the work takes.</summary>
    public static double Of(Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    /// <summary>
    /// The least of each work over the rounds, after rounds that only warm up. The works take turns, so that a busy moment of the machine does not
    /// hit one of them alone.
    /// </summary>
    public static double[] Best(int warmUps, int rounds, CancellationToken cancellationToken, params Action[] works)
    {
        var best = Enumerable.Repeat(double.MaxValue, works.Length).ToArray();
        for (var round = -warmUps; round < rounds; round++)
        {
            for (var i = 0; i < works.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var seconds = Of(works[i]);
                if (round >= 0) best[i] = Math.Min(best[i], seconds);
            }
        }
        return best;
    }
}
