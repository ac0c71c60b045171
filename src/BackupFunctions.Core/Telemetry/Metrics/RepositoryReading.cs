using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Telemetry.Metrics;

/// <summary>
/// How the repository stood at a moment. <see cref="Manifest"/> is null before the first backup and when the catalogue was not to be read, which <see cref="IsReadable"/> tells apart; the rest is null when it could
/// not be told.
/// </summary>
internal sealed record RepositoryReading(DateTimeOffset At, bool IsReadable, ManifestState? Manifest, OplogTimeline? Timeline, OplogReach? Oplog, StagedWork? Staged)
{
    /// <summary>Before the first one.</summary>
    public static readonly RepositoryReading None = new(default, false, null, null, null, null);
}

/// <summary>Where readings come from.</summary>
internal sealed class RepositoryReader(
    ICatalog catalog, ManifestStore manifest, Func<CancellationToken, Task<StagedWork>> staged, Func<CancellationToken, Task<OplogReach?>> oplog, TimeProvider time)
{
    // a scrape waits for ten seconds
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);

    /// <summary>Reads what can be read in a few seconds; it never fails.</summary>
    public async Task<RepositoryReading> Read()
    {
        using var patience = new CancellationTokenSource(s_patience, time);
        var source = Try(() => oplog(patience.Token));
        var (read, state) = await Try(async () => await catalog.ReadHead(patience.Token) is null ? null : await manifest.Load(patience.Token));
        var (_, work) = state is null ? default : await Try(async () => (StagedWork?)await staged(patience.Token));
        return new(time.GetUtcNow(), read, state, state is null ? null : OplogTimeline.Of(state), (await source).Value, work);
    }

    // what cannot be read is absent from the metrics; health and the log say why
    private static async Task<(bool Read, T? Value)> Try<T>(Func<Task<T?>> read) where T : class
    {
        try
        {
            return (true, await read());
        }
        catch (Exception)
        {
            return default;
        }
    }
}
