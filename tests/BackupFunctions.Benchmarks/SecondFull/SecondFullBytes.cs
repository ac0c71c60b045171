using BackupFunctions.Benchmarks.Data;
using BackupFunctions.Benchmarks.Engine;

namespace BackupFunctions.Benchmarks.SecondFull;

/// <summary>
/// Bytes that a vault grows by at a second full backup, against the first one's, all files counted: of the same data, and after 1 % was appended and
/// the newest 1 % updated.
/// </summary>
internal sealed class SecondFullBytes : IMeasure
{
    private const string Changed = "second_full_bytes", Unchanged = "second_full_unchanged_bytes";
    private const double ChangedGoal = 0.10, UnchangedGoal = 0.02;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [Changed, Unchanged];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken)
    {
        var bytes = quick ? 50_000_000L : 500_000_000;
        using var workspace = new BenchmarkWorkspace();
        double first, again, after;
        await using (var server = await SeededServer.Start(bytes, changed: false, cancellationToken))
        {
            first = await GrowthOfABackup(server.ConnectionString, workspace, cancellationToken);
            again = await GrowthOfABackup(server.ConnectionString, workspace, cancellationToken);
        }
        await using (var server = await SeededServer.Start(bytes, changed: true, cancellationToken))
        {
            after = await GrowthOfABackup(server.ConnectionString, workspace, cancellationToken);
        }
        return
        [
            new(Changed, after / first, ChangedGoal, AtLeast: false, [("first_mb", first / 1e6), ("second_mb", after / 1e6)]),
            new(Unchanged, again / first, UnchangedGoal, AtLeast: false, [("first_mb", first / 1e6), ("second_mb", again / 1e6)]),
        ];
    }

    private static async Task<double> GrowthOfABackup(string mongoUri, BenchmarkWorkspace workspace, CancellationToken cancellationToken)
    {
        // an engine of its own for each, as when a command runs
        using var engine = BenchmarkEngine.Open(mongoUri, workspace.Directory);
        var before = workspace.VaultBytes;
        await engine.BackUp(onStatus: null, cancellationToken);
        return workspace.VaultBytes - before;
    }
}
