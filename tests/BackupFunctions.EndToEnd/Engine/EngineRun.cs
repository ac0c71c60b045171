using System.Security.Cryptography;
using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Restore;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

/// <summary>The whole engine as a host opens it, over one database, two vaults and a catalogue in a temporary directory.</summary>
internal sealed class EngineRun : IDisposable
{
    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("backupfn-engine-");
    private readonly EngineServer _server;

    private readonly Dictionary<string, string> _environment;
    private readonly BackupOptions _options;
    private readonly EngineAmbient _ambient;

    public EngineRun(
        EngineServer server, IFiles? files = null, IReadOnlyList<Uri>? nodes = null, int? rateLimit = null, int? nodeTimeout = null, (string Connection, string Container)? blobs = null,
        IReadOnlyDictionary<string, string>? settings = null)
    {
        (_server, Name) = (server, server.NewDatabase());
        files ??= new DiskFiles();
        var environment = _environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = server.Uri,
            [SettingNames.CatalogUri] = Url("catalogue"),
            [SettingNames.Key] = Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Name))),
            [SettingNames.NodeUrl(1)] = nodes?[0].AbsoluteUri ?? Url("vault1"),
            [SettingNames.NodeUrl(2)] = nodes?[1].AbsoluteUri ?? Url("vault2"),
            [SettingNames.Include] = $"{Name}.*",
            [SettingNames.Staging] = Path.Combine(Directory, "staging"),
            [SettingNames.RecoveryKit] = Path.Combine(Directory, "recovery-kit.json"),
            [SettingNames.Parallelism] = "2",
        };
        if (rateLimit is not null) environment[SettingNames.RateLimit] = $"{rateLimit}";
        if (nodeTimeout is not null) environment[SettingNames.NodeTimeout] = $"{nodeTimeout}";
        if (blobs is { } staging) (environment[SettingNames.Staging], environment[SettingNames.StagingContainer]) = staging;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) environment[name] = value;
        _options = Options(environment, files);
        _ambient = new(TimeProvider.System, new SystemRandomSource(), files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance);
        Engine = Open();
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Directory => _directory.FullName;

    public BackupEngine Engine { get; }

    public string Name { get; }

    /// <summary>The files that wait in staging.</summary>
    public IReadOnlyList<string> Staged => _options.Staging.Directory is { } staging && System.IO.Directory.Exists(staging) ? System.IO.Directory.GetFiles(staging, "*", SearchOption.AllDirectories) : [];

    /// <summary>The engine as another process opens it, whose clock may be another; the caller disposes it.</summary>
    public BackupEngine Open(TimeProvider? time = null) => new(_options, time is null ? _ambient : _ambient with { Time = time });

    /// <summary>The same so much later.</summary>
    public BackupEngine OpenLater(TimeSpan by) => new(_options, _ambient with { Time = new LaterTime(by) });

    /// <summary>The same with other keys.</summary>
    public BackupEngine OpenWith(string key, string? newKey = null)
    {
        var environment = new Dictionary<string, string>(_environment, StringComparer.Ordinal) { [SettingNames.Key] = key };
        if (newKey is not null) environment[SettingNames.NewKey] = newKey;
        return new(Options(environment, _ambient.Files), _ambient);
    }

    /// <summary>The key that is set.</summary>
    public string Key => _environment[SettingNames.Key];

    public IMongoDatabase Database => _server.Connection.Client.GetDatabase(Name);

    public IMongoCollection<BsonDocument> Collection(string name) => Database.GetCollection<BsonDocument>(name);

    public async Task<FullBackupResult> BackUp()
    {
        var result = await Engine.BackUp(null, Cancellation);
        result.Problems.ShouldBeEmpty();
        return result;
    }

    public Task<RestoreResult> Restore(Cid root, bool drop = false) =>
        Engine.Restore(new RestoreRequest(root, [], [], drop, Force: false), Engine.Source, null, Cancellation);

    /// <summary>Drops the database, restores it, and lets the engine compare.</summary>
    public async Task<RestoreResult> DropAndRestore(Cid root)
    {
        await Drop();
        var result = await Restore(root);
        result.Differences.ShouldNotBeNull().SelectMany(d => d.Sentences).ShouldBeEmpty();
        return result;
    }

    public Task Drop() => _server.Connection.Client.DropDatabaseAsync(Name, Cancellation);

    /// <summary>A collection's documents in the order in which they are read, in their bytes.</summary>
    public async Task<List<byte[]>> Documents(string collection)
    {
        var spec = (await CollectionLister.Find(_server.Connection, new(Name, collection), Cancellation)).ShouldNotBeNull();
        var documents = new List<byte[]>();
        await foreach (var batch in new RawDocumentReader(_server.Connection, NullLogger<RawDocumentReader>.Instance).Read(spec, KeyRange.All, Cancellation))
            documents.AddRange(batch.Documents.Select(d => d.ToArray()));
        return documents;
    }

    /// <summary>Documents whose bytes do not compress, numbered from here.</summary>
    public Task Fill(string collection, int from, int count, int bytes) =>
        Collection(collection).InsertManyAsync(Enumerable.Range(from, count).Select(i => new BsonDocument { { "_id", i }, { "data", Noise(i, bytes) } }));

    public static byte[] Noise(int seed, int bytes)
    {
        var noise = new byte[bytes];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    public void Dispose()
    {
        Engine.Dispose();
        _directory.Delete(recursive: true);
    }

    private BackupOptions Options(Dictionary<string, string> environment, IFiles files) =>
        BackupOptions.Load(new SettingsSource(environment, new Dictionary<string, string>(), Directory, files), OptionsScope.Backup);

    private string Url(string name) => new Uri(Path.Combine(Directory, name)).AbsoluteUri;

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
