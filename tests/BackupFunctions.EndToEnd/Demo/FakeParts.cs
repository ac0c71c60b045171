using BackupFunctions.Standalone.Demo;
using BackupFunctions.Standalone.Demo.Comparison;
using BackupFunctions.Standalone.Demo.Data;

namespace BackupFunctions.EndToEnd.Demo;

/// <summary>A server, databases and an engine of nothing but names and counts; it writes down what was asked of it, in order.</summary>
internal sealed class FakeParts : IDemoParts, IDemoServer, IDemoDatabases, IDemoEngine
{
    public const string Root = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

    private readonly Dictionary<string, CollectionFingerprint> _collections = [];

    public List<string> Calls { get; } = [];

    public DemoSetup? Setup { get; private set; }

    public IReadOnlyList<string> ForeignDatabases { get; init; } = [];

    public DemoBackup Backed { get; init; } = new(Root, "b1", 3, 300, 120, [new("vault 1", 7, null), new("vault 2", 7, null)]);

    public Exception? BackupFails { get; init; }

    public Exception? RestoreFails { get; init; }

    public IReadOnlyList<string> EngineDifferences { get; init; } = [];

    /// <summary>What a restore puts there that was not there before, or puts there differently.</summary>
    public Action<Dictionary<string, CollectionFingerprint>> RestoredWrongly { get; init; } = _ => { };

    public Action DuringBackup { get; init; } = () => { };

    public string ConnectionString => "mongodb://127.0.0.1:1/?replicaSet=rs0";

    public string Address => "127.0.0.1:1";

    public static CollectionFingerprint Collection(string content = "a") =>
        new("collection", Hash256.Sha256([]), new Dictionary<string, Hash256> { ["_id_"] = Hash256.Sha256([1]) }, 3, 300, Hash256.Sha256(System.Text.Encoding.UTF8.GetBytes(content)));

    public Task<IDemoServer> StartServer(CancellationToken cancellationToken) => Did<IDemoServer>("start server", this);

    public IDemoDatabases Connect(string mongoUri)
    {
        Calls.Add($"connect {mongoUri}");
        return this;
    }

    public Task<IDemoEngine> OpenEngine(DemoSetup setup, CancellationToken cancellationToken)
    {
        Setup = setup;
        return Did<IDemoEngine>("open engine", this);
    }

    public Task<IReadOnlyList<string>> Foreign(CancellationToken cancellationToken) => Task.FromResult(ForeignDatabases);

    public Task<DemoDataSummary> Write(IProgress<DemoDataProgress> progress, CancellationToken cancellationToken)
    {
        _collections["demo_shop.orders"] = Collection();
        progress.Report(new DemoDataProgress(3, 300));
        return Did("write", new DemoDataSummary(1, 1, 0, 1, 3, 300));
    }

    public Task<DataFingerprint> Fingerprint(CancellationToken cancellationToken) => Task.FromResult(new DataFingerprint(new Dictionary<string, CollectionFingerprint>(_collections)));

    public Task Drop(CancellationToken cancellationToken)
    {
        _collections.Clear();
        return Did("drop", 0);
    }

    public Task<DemoBackup> Backup(Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        progress("dump and seal", 1, 3);
        progress("dump and seal", 3, 3);
        progress("upload", 1, 1);
        DuringBackup();
        cancellationToken.ThrowIfCancellationRequested();
        return BackupFails is null ? Did("backup", Backed) : throw BackupFails;
    }

    public Task<DemoRestore> Restore(string root, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        if (RestoreFails is not null) throw RestoreFails;
        _collections["demo_shop.orders"] = Collection();
        RestoredWrongly(_collections);
        return Did($"restore {root}", new DemoRestore(1, 0, 1, 3, 300, EngineDifferences));
    }

    public void Dispose() => Calls.Add("disconnect");

    // the server and the engine are both this object
    public ValueTask DisposeAsync()
    {
        Calls.Add("stop");
        return ValueTask.CompletedTask;
    }

    private Task<T> Did<T>(string what, T result)
    {
        Calls.Add(what);
        return Task.FromResult(result);
    }
}
