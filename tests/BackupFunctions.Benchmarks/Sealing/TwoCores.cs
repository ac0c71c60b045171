using System.Diagnostics;
using BackupFunctions.Backup;
using BackupFunctions.Benchmarks.Data;

namespace BackupFunctions.Benchmarks.Sealing;

/// <summary>
/// Two pipelines side by side against one. Time on the wall, so that other programs count: rounds of one and two take turns in several groups, and
/// the best group's ratio of medians is taken.
/// </summary>
internal sealed class TwoCores : IMeasure
{
    private const string Name = "two_cores";
    private const double Goal = 1.8;
    private const int RoundsPerGroup = 3;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [Name];

    /// <inheritdoc/>
    public Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken)
    {
        var batches = BenchmarkDocuments.Batches(16_000_000);
        var bytes = batches.Sum(b => b.Sum(d => (long)d.Length));
        using var keys = SealingPipeline.NewKeys();
        using var first = new SealingPipeline(keys);
        using var second = new SealingPipeline(keys);
        for (var warmUp = 0; warmUp < 4; warmUp++) Side(2);

        var groups = Enumerable.Range(0, quick ? 8 : 24).Select(_ =>
        {
            var (one, two) = (new double[RoundsPerGroup], new double[RoundsPerGroup]);
            for (var round = 0; round < RoundsPerGroup; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (one[round], two[round]) = (Side(1), Side(2));
            }
            return (One: Median(one), Two: Median(two));
        });
        var best = groups.MaxBy(g => 2 * g.One / g.Two);
        var result = new MeasureResult(Name, 2 * best.One / best.Two, Goal, AtLeast: true,
            [("one_mb_per_s", bytes / 1e6 / best.One), ("two_mb_per_s", 2 * bytes / 1e6 / best.Two), ("cores", Environment.ProcessorCount)]);
        return Task.FromResult<IReadOnlyList<MeasureResult>>([result]);

        double Side(int pipelines)
        {
            var threads = new[] { first, second }.Take(pipelines).Select(p => new Thread(() => p.Seal(batches, BaseChunks.None))).ToList();
            var start = Stopwatch.GetTimestamp();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
