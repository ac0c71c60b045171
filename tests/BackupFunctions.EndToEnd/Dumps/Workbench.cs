using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.MongoDump;
using BackupFunctions.Notifications;
using BackupFunctions.Restore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>The engine over a server and two vaults, in a directory that goes with it.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly BackupEngine _engine;

    public Workbench(ScratchServer server, IEnumerable<string> databases)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = server.Uri,
            [SettingNames.CatalogUri] = new Uri(Sub("catalogue")).AbsoluteUri,
            [SettingNames.Key] = RawKeySecret.NewKey(new SystemRandomSource()),
            [SettingNames.NodeUrl(1)] = new Uri(Sub("vault-1")).AbsoluteUri,
            [SettingNames.NodeUrl(2)] = new Uri(Sub("vault-2")).AbsoluteUri,
            [SettingNames.Include] = string.Join(',', databases.Select(d => $"{d}.*")),
            [SettingNames.Staging] = Sub("staging"),
        };
        var options = BackupOptions.Load(new SettingsSource(environment, new Dictionary<string, string>(), Root, Files), OptionsScope.Backup);
        _engine = new(options, new(TimeProvider.System, new SystemRandomSource(), Files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("backupfunctions-dumps-").FullName;

    public DiskFiles Files { get; } = new();

    public IKeySource Keys => _engine.Keys;

    public BlockReader Blocks => new(_engine.Nodes);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Sub(params string[] parts) => Path.Combine([Root, .. parts]);

    public async Task<DumpRestoreSummary> RestoreDump(string path)
    {
        await using var dump = await DumpReader.Open(path, Files, ct: Cancellation);
        return await new DumpRestorer(await _engine.Source.Connect(Cancellation), NamespaceFilter.Everything(), drop: false).Run(dump, null, Cancellation);
    }

    public async Task<Cid> BackUp()
    {
        var result = await _engine.BackUp(null, Cancellation);
        result.Problems.ShouldBeEmpty();
        result.Backup.IsDegraded.ShouldBeFalse();
        return result.Backup.Root;
    }

    public Task<RestoreResult> RestoreFull(Cid root) => _engine.Restore(new(root, [], [], Drop: false, Force: false), _engine.Source, null, Cancellation);

    /// <summary>Decrypts into a directory of this name.</summary>
    public async Task<string> Decrypt(IBackupContent content, string name)
    {
        using var backup = await OpenedBackup.Open(content, Keys, Cancellation);
        await DumpExporter.Run(backup, [], Sub(name), Files, null, Cancellation);
        return Sub(name);
    }

    /// <summary>Writes what <c>backupfn download</c> does.</summary>
    public async Task<string> Download(Cid root)
    {
        using var file = Files.Create(Sub("backup.car"));
        await CarExport.Write(Blocks, root, file.Stream, null, Cancellation);
        file.Commit();
        return Sub("backup.car");
    }

    /// <summary>The backup in a CAR file, as <c>backupfn decrypt</c> reads it.</summary>
    public static async Task<IBackupContent> OpenCar(string path, IFiles files)
    {
        var car = await CarFile.Open(path, files, Cancellation);
        return new DagContent(new BlockReader([car]), car.Root);
    }

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
