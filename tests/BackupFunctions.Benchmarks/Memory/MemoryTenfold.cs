using BackupFunctions.Benchmarks.Engine;

namespace BackupFunctions.Benchmarks.Memory;

/// <summary>
/// Peak memory of a process that makes a full backup, against that of one whose data is a tenth of it. The server is a third process that
/// computes its documents.
/// </summary>
internal sealed class MemoryTenfold : IMeasure
{
    private const string Name = "memory_10x";
    private const double Goal = 1.2;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [Name];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken)
    {
        var bytes = quick ? 50_000_000L : 200_000_000;
        // one small backup may end before or after a garbage collection
        var smalls = new double[3];
        for (var i = 0; i < smalls.Length; i++) smalls[i] = await PeakOfABackup(bytes, cancellationToken) / 1e6;
        var small = smalls.Order().ElementAt(smalls.Length / 2);
        var large = await PeakOfABackup(10 * bytes, cancellationToken) / 1e6;
        return [new(Name, large / small, Goal, AtLeast: false, [("peak_mb", large), ("small_peak_mb", small), ("data_mb", 10 * bytes / 1e6)])];
    }

    private static async Task<double> PeakOfABackup(long bytes, CancellationToken cancellationToken)
    {
        using var workspace = new BenchmarkWorkspace();
        await using var server = ChildProcess.Start(ServeMode.Arguments(bytes));
        var uri = await server.ReadLine(cancellationToken);
        return (await BackupMode.Measure(uri, workspace.Directory, nodes: null, cancellationToken)).Peak;
    }
}
