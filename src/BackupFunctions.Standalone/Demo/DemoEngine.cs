using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
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
        var files = new DiskFiles();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = setup.MongoUri,
            [SettingNames.CatalogUri] = new Uri(Path.Combine(setup.Directory, "catalogue")).AbsoluteUri,
            [SettingNames.KeyFile] = setup.KeyFile,
            [SettingNames.NodeUrl(1)] = setup.NodeUrls[0],
            [SettingNames.NodeUrl(2)] = setup.NodeUrls[1],
            [SettingNames.Include] = string.Join(',', setup.Include),
            [SettingNames.Staging] = Path.Combine(setup.Directory, "staging"),
        };
        var options = BackupOptions.Load(new SettingsSource(environment, new Dictionary<string, string>(), setup.Directory, files), OptionsScope.Backup);
        var notifier = new LogNotifier(NullLogger<LogNotifier>.Instance);
        var engine = new BackupEngine(options, new(TimeProvider.System, new SystemRandomSource(), files, notifier, NullLoggerFactory.Instance));
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
        var copies = backup.Copies.Select(c => new DemoNodeCopy(c.Node, c.BlocksHashed, null));
        var faults = result.Problems.Select(p => new DemoNodeCopy("node", 0, p));
        return new(backup.Root.ToString(), backup.Id.ToString(), backup.Documents, backup.Bytes, backup.StoredBytes, [.. copies, .. faults]);
    }

    /// <inheritdoc/>
    public async Task<DemoRestore> Restore(string root, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var request = new RestoreRequest(Cid.Parse(root), _include, [], Drop: false, Force: false);
        var result = await _engine.Restore(request, _engine.Source, Report(progress), cancellationToken);
        return new(result.Collections, result.Views, result.Indexes, result.Documents, result.Bytes, [.. (result.Differences ?? []).SelectMany(d => d.Sentences)]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _engine.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Action<WorkflowStatus> Report(Action<string, long, long> progress) => status => progress(status.Stage, status.Done, status.Total);
}
