using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Standalone.Demo;

/// <summary>The real engine with the settings of the demo: the same code and the same checks as any backup.</summary>
internal sealed class DemoEngine : IDemoEngine
{
    private readonly BackupEngine _engine;
    private readonly IReadOnlyList<string> _include;

    private DemoEngine(BackupEngine engine, IReadOnlyList<string> include) => (_engine, _include) = (engine, include);

    /// <summary>Reads the settings, opens both nodes and connects.</summary>
    public static async Task<IDemoEngine> Open(DemoSetup setup, CancellationToken cancellationToken)
    {
        var settings = DemoSettings.Of(setup);
        var options = BackupOptions.Load(settings, OptionsScope.Backup);
        var notifier = new LogNotifier(NullLogger<LogNotifier>.Instance);
        var engine = new BackupEngine(options, new(TimeProvider.System, new SystemRandomSource(), settings.Files, notifier, NullLoggerFactory.Instance));
        try
        {
            foreach (var node in engine.Nodes) await node.Identify(cancellationToken);
            await engine.Source.Connect(cancellationToken);
            return new DemoEngine(engine, setup.Include);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<DemoBackup> Backup(Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var result = await _engine.BackUp(Report(progress), cancellationToken);
        var backup = result.Backup;
        return new(backup.Root.ToString(), backup.Id.ToString(), backup.Documents, backup.Bytes, backup.StoredBytes, Copies(backup, result.Problems), backup.ConsistentAt);
    }

    /// <inheritdoc/>
    public async Task<DemoRestore> Restore(string root, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var request = new RestoreRequest(Cid.Parse(root), _include, [], Drop: false, Force: false);
        var result = await _engine.Restore(request, _engine.Source, Report(progress), cancellationToken);
        return new(result.Collections, result.Views, result.Indexes, result.Documents, result.Bytes, [.. (result.Differences ?? []).SelectMany(d => d.Sentences)]);
    }

    /// <inheritdoc/>
    public async Task<DemoIncrement> BackupIncrement(Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var result = await _engine.BackUpIncrement(TimeSpan.Zero, maxBytes: null, Report(progress), cancellationToken);
        if (result.Gaps.Count > 0 || result.Full is not null)
            throw new BackupException(ErrorKind.OplogGap, "continue the last backup: its last entry is no longer in the oplog", "make the oplog larger (replSetResizeOplog) than what is written during the demo");
        if (result.Slices.Count == 0) throw new BackupException(ErrorKind.Failed, "back up what was written since the last backup: the oplog holds nothing of it", "does BACKUP_INCLUDE name the demo's databases?");
        var last = result.Slices[^1];
        var window = OplogTimeline.Of(await _engine.Manifest.Load(cancellationToken)).Windows[^1];
        // a copy is only as good as that of the worst slice
        var worst = result.Slices.MinBy(s => s.Backup.Copies.Count)!;
        return new(last.Backup.Root.ToString(), result.Slices.Sum(s => s.Backup.Oplog!.Entries), result.Slices.Sum(s => s.Backup.StoredBytes), Copies(worst.Backup, worst.Problems), window.From, window.To);
    }

    /// <inheritdoc/>
    public async Task<DemoPointRestore> RestoreTo(Optime moment, IReadOnlyList<string> include, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var chosen = await _engine.Choose(new RestoreQuery("latest", RestorePoint.At(moment), []), cancellationToken);
        var request = new RestoreRequest(chosen.Root, include, [], Drop: false, Force: false) { Slices = chosen.Slices, Through = chosen.Through };
        var result = await _engine.Restore(request, _engine.Source, Report(progress), cancellationToken);
        return new(chosen.Root.ToString(), chosen.Slices.Count, result.Documents, result.Replay?.Applied ?? 0, result.Replay?.Transactions ?? 0, result.Indexes);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _engine.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IReadOnlyList<DemoNodeCopy> Copies(BackupEntry backup, IReadOnlyList<string> problems) =>
        [.. backup.Copies.Select(c => new DemoNodeCopy(c.Node, c.BlocksHashed, null)), .. problems.Select(p => new DemoNodeCopy("node", 0, p))];

    private static Action<WorkflowStatus> Report(Action<string, long, long> progress) => status => progress(status.Stage, status.Done, status.Total);
}
