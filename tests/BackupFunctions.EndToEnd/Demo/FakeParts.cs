using BackupFunctions.Mongo;
using BackupFunctions.Standalone.Demo;
using BackupFunctions.Standalone.Demo.Comparison;
using BackupFunctions.Standalone.Demo.Data;
using BackupFunctions.Standalone.Demo.Data.Changes;

namespace BackupFunctions.EndToEnd.Demo;

/// <summary>A server, databases and an engine of nothing but names and counts; it writes down what was asked of it, in order.</summary>
internal sealed class FakeParts : IDemoParts, IDemoServer, IDemoNodes, IDemoDatabases, IDemoEngine
{
    public const string Root = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

    /// <summary>What incremental backups are called, followed by their number.</summary>
    public const string Increment = "increment ";

    private const string Orders = "demo_shop.orders";

    private readonly Dictionary<string, CollectionFingerprint> _collections = [];
    private readonly Dictionary<Optime, CollectionFingerprint> _states = [];
    private uint _clock = 100;
    private int _increments;

    public List<string> Calls { get; } = [];

    public DemoSetup? Setup { get; private set; }

    public IReadOnlyList<string> ForeignDatabases { get; init; } = [];

    public DemoBackup Backed { get; init; } = new(Root, "b1", 3, 300, 120, [new("vault 1", 7, null), new("vault 2", 7, null)], new Optime(100, 1));

    public Exception? BackupFails { get; init; }

    public Exception? RestoreFails { get; init; }

    /// <summary>How the incremental backup of this number ends instead, from 1.</summary>
    public Func<int, Exception?> IncrementFails { get; init; } = _ => null;

    /// <summary>The copies of the incremental backup of this number.</summary>
    public Func<int, IReadOnlyList<DemoNodeCopy>> IncrementNodes { get; init; } = _ => [new("vault 1", 2, null), new("vault 2", 2, null)];

    public Exception? PointRestoreFails { get; init; }

    /// <summary>What a restore to a point in time does to what it restored.</summary>
    public Action<Dictionary<string, CollectionFingerprint>> PointRestoredWrongly { get; init; } = _ => { };

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

    public IReadOnlyList<string> Urls => ["http://127.0.0.1:5001", "http://127.0.0.1:5002"];

    public Task<IDemoNodes> StartNodes(string directory, CancellationToken cancellationToken) => Did<IDemoNodes>("start nodes", this);

    public Task<IDemoEngine> OpenEngine(DemoSetup setup, CancellationToken cancellationToken)
    {
        Setup = setup;
        return Did<IDemoEngine>("open engine", this);
    }

    public Task Serve(DemoSetup setup, Action<Uri> listening, CancellationToken cancellationToken)
    {
        listening(new("http://127.0.0.1:7071/"));
        return Did("serve", 0);
    }

    public Task<IReadOnlyList<string>> Foreign(CancellationToken cancellationToken) => Task.FromResult(ForeignDatabases);

    public Task<DemoDataSummary> Write(IProgress<DemoDataProgress> progress, CancellationToken cancellationToken)
    {
        _collections[Orders] = Collection();
        progress.Report(new DemoDataProgress(3, 300));
        return Did("write", new DemoDataSummary(1, 1, 0, 1, 3, 300));
    }

    public Task<DemoChanges> Change(DemoChange change, CancellationToken cancellationToken)
    {
        _collections[Orders] = Collection($"after {change}");
        _states[new(++_clock, 1)] = _collections[Orders];
        return Did($"change {change}", new DemoChanges(1, 2, 0, 1, change == DemoChange.Last ? [] : ["new index"]));
    }

    public Task<Optime> Moment(CancellationToken cancellationToken) => Task.FromResult(new Optime(_clock, 1));

    public Task DropShop(CancellationToken cancellationToken)
    {
        _clock++;
        foreach (var name in _collections.Keys.Where(name => name.StartsWith("demo_shop.", StringComparison.Ordinal)).ToList()) _collections.Remove(name);
        return Did("drop shop", 0);
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
        _collections[Orders] = Collection();
        RestoredWrongly(_collections);
        return Did($"restore {root}", new DemoRestore(1, 0, 1, 3, 300, EngineDifferences));
    }

    public Task<DemoIncrement> BackupIncrement(Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        var number = ++_increments;
        progress("oplog", 0, 1);
        if (IncrementFails(number) is { } failure) throw failure;
        return Did($"{Increment}{number}", new DemoIncrement($"{Increment}{number}", 5, 50, IncrementNodes(number), new(100, 1), new(_clock, 1)));
    }

    public Task<DemoPointRestore> RestoreTo(Optime moment, IReadOnlyList<string> include, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        if (PointRestoreFails is not null) throw PointRestoreFails;
        _collections[Orders] = _states[moment];
        PointRestoredWrongly(_collections);
        return Did($"restore {string.Join(',', include)} to {moment}", new DemoPointRestore(Root, _increments, 3, 4, 2, 1));
    }

    public void Dispose() => Calls.Add("disconnect");

    // the server, the nodes and the engine are all this object
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
