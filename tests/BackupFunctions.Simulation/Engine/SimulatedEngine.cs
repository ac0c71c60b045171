using System.Security.Cryptography;
using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Simulation.Engine;

/// <summary>The engine as a host opens it: two vaults and a catalogue in a directory, so that it writes nothing to the server that it backs up.</summary>
internal sealed class SimulatedEngine : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-simulation-");
    private readonly TimeProvider _time;

    public SimulatedEngine(string sourceUri, TimeProvider? time = null)
    {
        _time = time ?? new QuickTime();
        Settings = new(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = sourceUri,
            [SettingNames.CatalogUri] = Url("catalogue"),
            [SettingNames.Key] = Convert.ToBase64String(SHA256.HashData("simulations"u8)),
            [SettingNames.NodeUrl(1)] = Url("vault1"),
            [SettingNames.NodeUrl(2)] = Url("vault2"),
            [SettingNames.Staging] = Path.Combine(_directory.FullName, "staging"),
            [SettingNames.Parallelism] = "2",
        };
        var files = new DiskFiles();
        var options = BackupOptions.Load(new SettingsSource(Settings, new Dictionary<string, string>(), _directory.FullName, files), OptionsScope.Backup);
        Engine = new BackupEngine(options, new(_time, new SystemRandomSource(), files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public BackupEngine Engine { get; }

    /// <summary>The settings, as the environment of a process of its own.</summary>
    public Dictionary<string, string> Settings { get; }

    public string Root => _directory.FullName;

    public async Task<FullBackupResult> Full()
    {
        var result = await Engine.BackUp(null, Cancellation);
        result.Problems.ShouldBeEmpty();
        return result;
    }

    /// <summary>An incremental backup; with a small limit it has many slices.</summary>
    public Task<IncrementalBackupResult> Increment(long? maxBytes = null, Action<WorkflowStatus>? onStatus = null, CancellationToken? cancellationToken = null) =>
        Engine.BackUpIncrement(TimeSpan.Zero, maxBytes, onStatus, cancellationToken ?? Cancellation);

    public Task<ManifestState> Manifest() => Engine.Manifest.Load(Cancellation);

    public async Task<OplogTimeline> Timeline() => OplogTimeline.Of(await Manifest());

    /// <summary>What leads to this optime.</summary>
    public Task<ChosenBackups> Choose(Optime at) => Engine.Choose(new RestoreQuery("latest", RestorePoint.At(at), []), Cancellation);

    /// <summary>Restores to this optime into a server that has nothing else, and gives what it then holds.</summary>
    public async Task<T> RestoreTo<T>(Optime at, Func<string, Task<T>> read)
    {
        await using var target = await EmbeddedMongoServer.Start(new());
        await Restore(at, target.ConnectionString);
        return await read(target.ConnectionString);
    }

    public async Task<RestoreResult> Restore(Optime at, string targetUri)
    {
        var chosen = await Choose(at);
        using var endpoint = BackupEngine.Endpoint(targetUri, "--uri", _time);
        return await Engine.Restore(new RestoreRequest(chosen.Root, [], [], Drop: false, Force: false) { Slices = chosen.Slices, Through = chosen.Through }, endpoint, null, Cancellation);
    }

    public void Dispose()
    {
        Engine.Dispose();
        _directory.Delete(recursive: true);
    }

    private string Url(string name) => new Uri(Path.Combine(_directory.FullName, name)).AbsoluteUri;
}
