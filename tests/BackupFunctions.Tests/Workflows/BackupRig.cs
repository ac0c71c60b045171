using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Restore;
using BackupFunctions.Retention;
using BackupFunctions.Rotation;
using BackupFunctions.Staging;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Mongo;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Verification;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Verification.Scrubbing;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Workflows;

/// <summary>The activities and workflows of a host over faulty nodes and a server, in a database of their own.</summary>
internal sealed class BackupRig : IDisposable
{
    private readonly MongoServerFixture _server;
    private readonly TemporaryDirectory _directory = new();
    private readonly SeededRandomSource _random = new(77);
    private readonly MongoEndpoint _endpoint;
    private readonly ScrubMemory _scrubMemory = new();

    public BackupRig(MongoServerFixture server)
    {
        (_server, Database) = (server, server.NewDatabase());
        _endpoint = new(_ => Task.FromResult(server.Connection));
        Staging = new(_directory.File("staging"), new DiskFiles());
        Session = Repository.Session();
        Staged = new(Staging, Session);
    }

    public string Database { get; }

    public IMongoCollection<BsonDocument> Collection(string name) => _server.Connection.Client.GetDatabase(Database).GetCollection<BsonDocument>(name);

    public TestRepository Repository { get; } = new();

    public DirectoryStaging Staging { get; }

    public RepositorySession Session { get; private set; }

    public StagedObjects Staged { get; private set; }

    /// <summary>The key that is set.</summary>
    public string Key { get; private set; } = TestRepository.Key;

    /// <summary>The key to rotate to, if one is set.</summary>
    public string? NewKey { get; private set; }

    /// <summary>Keyrings that restores are given.</summary>
    public IReadOnlyList<Keyring> Keyrings { get; set; } = [];

    /// <summary>Goes on as another process, maybe with other keys.</summary>
    public void Restart(string key, string? newKey = null)
    {
        (Key, NewKey) = (key, newKey);
        Session = Repository.Session(key, newKey);
        Staged = new(Staging, Session);
    }

    public RecordingNotifier Alerts { get; } = new();

    /// <summary>A vault beside the nodes.</summary>
    public IIpfsNode? LocalVault { get; set; }

    private IReadOnlyList<IIpfsNode> Copies => LocalVault is { } vault ? [.. Repository.Nodes, vault] : Repository.Nodes;

    /// <summary>What one dump unit holds, in bytes; small, so that there are several.</summary>
    public long RangeBytes { get; init; } = 200_000;

    /// <summary>Runs instead of an activity when it gives a task; takes the activity's name and its input.</summary>
    public Func<string, object, CancellationToken, Task>? Before { get; set; }

    /// <summary>Stands before the server's oplog, and may change what is read.</summary>
    public Func<IOplogSource, IOplogSource> Oplog { get; set; } = source => source;

    public RepositoryLock Locks => new(Repository.Catalog, Repository.Time);

    public ManifestStore Manifest => Repository.Manifest(Session);

    /// <summary>Whether retention follows each backup.</summary>
    public bool CleansUp { get; set; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public IReadOnlyList<string> StagedFiles => Directory.Exists(_directory.File("staging"))
        ? [.. Directory.GetFiles(_directory.File("staging"), "*", SearchOption.AllDirectories)]
        : [];

    /// <summary>As if somebody had deleted all that is staged.</summary>
    public void ForgetStaged()
    {
        foreach (var file in StagedFiles) File.Delete(file);
    }

    /// <summary>Writes what a change of the feature compatibility version writes, for another id, so that the server's stays.</summary>
    public async Task ChangeFeatureCompatibility()
    {
        var versions = _server.Connection.Client.GetDatabase("admin").GetCollection<BsonDocument>("system.version");
        var other = new BsonDocument("_id", $"featureCompatibilityVersion of {Database}");
        await versions.InsertOneAsync(other, cancellationToken: Cancellation);
        await versions.DeleteOneAsync(other, Cancellation);
    }

    /// <summary>The newest entry of the server's oplog.</summary>
    public Task<OplogMark?> NewestMark() => OplogPosition.NewestMark(_server.Connection, Cancellation);

    /// <summary>Documents that do not compress, numbered from here; the same number and version give the same document.</summary>
    public async Task Fill(string collection, int from, int count, int bytes = 2_000, int version = 0)
    {
        var documents = Enumerable.Range(from, count).Select(n => (ReadOnlyMemory<byte>)new BsonDocument
        {
            { "_id", n },
            { "data", new SeededRandomSource((n * 31) + version).Bytes(bytes - 40) },
        }.ToBson()).ToList();
        var writer = new CollectionWriter(_server.Connection, _server.Topology);
        await writer.Insert(Spec(collection), documents, Cancellation);
    }

    public Task Drop() => _server.Connection.Client.DropDatabaseAsync(Database, Cancellation);

    public async Task<FullBackupResult> BackUp(int width = 2, CancellationToken? cancellationToken = null)
    {
        Repository.Time.Advance(TimeSpan.FromMinutes(1));
        return await FullBackupWorkflow.Run(Context(cancellationToken ?? Cancellation), new(width) { CleansUp = CleansUp });
    }

    public async Task<IncrementalBackupResult> BackUpIncrement(long maxBytes = IncrementalBackupInput.DefaultMaxBytes, CancellationToken? cancellationToken = null)
    {
        Repository.Time.Advance(TimeSpan.FromMinutes(1));
        return await IncrementalBackupWorkflow.Run(Context(cancellationToken ?? Cancellation), new(2, maxBytes, TimeSpan.Zero) { CleansUp = CleansUp });
    }

    public async Task<ResumeUploadsResult> ResumeUploads()
    {
        Repository.Time.Advance(TimeSpan.FromMinutes(1));
        return await ResumeUploadsWorkflow.Run(Context(Cancellation), new());
    }

    public async Task<ScrubResult> Scrub(int slices = 1)
    {
        Repository.Time.Advance(TimeSpan.FromMinutes(1));
        return await ScrubWorkflow.Run(Context(Cancellation), new(slices));
    }

    /// <summary>Starts the server of a restore drill.</summary>
    public Func<CancellationToken, Task<ScratchServer>> Scratch { get; set; } = async token =>
    {
        var started = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), token);
        return new(started.ConnectionString, started);
    };

    /// <summary>The restore of a drill, into a scratch server or the one of a URI.</summary>
    public DrillActivity Drill(string? uri = null, TimeSpan? limit = null) =>
        new(RestoreSession, Scratch, uri, 2, new(Repository.Time, _random, new DiskFiles(), Alerts, NullLoggerFactory.Instance) { DrillLimit = limit });

    public async Task<RotateKeysResult> RotateKeys(bool reEncrypt = true, string? slotId = null)
    {
        Repository.Time.Advance(TimeSpan.FromMinutes(1));
        return await RotateKeysWorkflow.Run(Context(Cancellation), new(reEncrypt, slotId));
    }

    public InProcessContext Context(CancellationToken cancellationToken) =>
        new("test", Activities(), Repository.Time, _random, null, cancellationToken);

    public ActivityRegistry Activities()
    {
        var filter = new NamespaceFilter(NamespacePattern.ParseAll([$"{Database}.*"], "include"), NamespacePattern.ParseAll([$"{Database}.left.out.*"], "exclude"));
        var targets = new DeliveryTargets(Repository.Nodes.Count, LocalVault is not null);
        return new ActivityRegistry()
            .Add(Wrap(new TakeLockActivity(Locks)))
            .Add(Wrap(new RenewLockActivity(Locks)))
            .Add(Wrap(new ReleaseLockActivity(Locks)))
            .Add(Wrap(new PlanResumeActivity(Session, Locks, Manifest, Staging, new(Staging, Staged), Repository.Nodes, targets)))
            .Add(Wrap(new PlanActivity(_endpoint, filter, Session, Manifest, Staging, Staged, targets) { RangeBytes = RangeBytes }))
            .Add(Wrap(new PlanIncrementalActivity(_endpoint, Session, Manifest, new(Staging, Staged), targets)))
            .Add(Wrap(new CaptureOplogActivity(OpenOplog, new ImmediateTime(), filter, Session, Staging, Staged, _random, 3, NullLoggerFactory.Instance)))
            .Add(Wrap(new DumpActivity(_endpoint, Session, Staging, Staged, _random, 3, NullLoggerFactory.Instance)))
            .Add(Wrap(new GatherSlicesActivity(Session, Manifest, Staged)))
            .Add(Wrap(new AssembleActivity(Session, Manifest, Staging, Staged, _random)))
            .Add(Wrap(new UploadActivity(Session, Copies, Staging, Staged, Repository.Time)))
            .Add(Wrap(new CopyActivity(Session, Copies, Manifest, Repository.Time)))
            .Add(Wrap(new PinActivity(Session, Copies, Staged)))
            .Add(Wrap(new VerifyActivity(Session, Copies, Repository.Time)))
            .Add(Wrap(new RecordActivity(Manifest)))
            .Add(Wrap(new CleanupActivity(Staging)))
            .Add(Wrap(new PlanVerificationActivity(async (reference, token) => (await Manifest.Load(token)).Find(reference).Root, Repository.Nodes)))
            .Add(Wrap(new VerifyBlocksActivity(Repository.Nodes, Repository.Time)))
            .Add(Wrap(new VerifyFilesActivity(Repository.Nodes, () => new(TestRepository.KeySource()), Repository.Time)))
            .Add(Wrap(new PlanScrubActivity(Manifest, Copies)))
            .Add(Wrap(new ScrubActivity(Session, Manifest, Copies, new(Session, null), _scrubMemory, Repository.Time)))
            .Add(Wrap(new PlanDrillActivity(Manifest, RestoreSession)))
            .Add(Wrap(Drill()))
            .Add(Wrap(new RotateSlotsActivity(Slots)))
            .Add(Wrap(new StartEpochActivity(Slots)))
            .Add(Wrap(new PlanReencryptionActivity(Session, Manifest, Slots, new(Staging, Staged), targets)))
            .Add(Wrap(new ReencryptFilesActivity(Session, Manifest, new(Copies), Staging, Staged, _random, 3, Repository.Time)))
            .Add(Wrap(new AssembleReencryptedActivity(Session, Manifest, new(Copies), Staging, Staged, _random)))
            .Add(Wrap(new UnpinEpochsActivity(Session, Manifest, Copies, targets, Repository.Time)))
            .Add(Wrap(new EndEpochsActivity(Session, Manifest, Repository.Catalog, Slots, Staging, new(Staging, Staged))))
            .Add(Wrap(new NotifyActivity(Alerts)))
            .Add(Wrap(new MarkRemovedActivity(Session, Manifest, Waiting, Retention, targets)))
            .Add(Wrap(new PlanUnpinningActivity(Manifest, Waiting, Retention)))
            .Add(Wrap(new UnpinActivity(Copies)))
            .Add(Wrap(new ReleaseOrphansActivity(Session, Manifest, new(Staging, Staged), Copies)))
            .Add(Wrap(new ReleaseRevisionsActivity(Session, Repository.Catalog, Manifest, Copies)))
            .Add(Wrap(new TidyLocalVaultActivity(Session, Manifest, Waiting, [.. Copies.Skip(Repository.Nodes.Count)], Retention)))
            .Add(Wrap(new CollectGarbageActivity(Copies)));
    }

    public RetentionSettings Retention { get; set; } = new(new(Days: 90), TimeSpan.FromHours(48), 7);

    private StagedWorkReader Waiting => new(new(Staging, Staged), Staged);

    public Task<RetentionResult> Retain(TimeSpan after = default)
    {
        Repository.Time.Advance(after);
        return RetentionWorkflow.Run(Context(Cancellation), new());
    }

    public ManifestEdit Edit => new(Manifest, Locks, _random, Repository.Time);

    public RepositoryKeyring Slots => Repository.Slots(Key, NewKey, Session);

    /// <summary>Runs after an activity that ended well; takes its name.</summary>
    public Func<string, Task>? After { get; set; }

    /// <summary>As a host runs it that was asked for it: its end is told.</summary>
    public Task<RestoreResult> RestoreAndTell(Cid root, bool drop) => Restore(new RestoreRequest(root, [], [], drop, Force: false), "mongodb://db.example");

    public Task<RestoreResult> Restore(Cid root, bool drop = false, IReadOnlyList<string>? include = null, IReadOnlyList<string>? exclude = null, bool force = false) =>
        Restore(new RestoreRequest(root, include ?? [], exclude ?? [], drop, force));

    public async Task<RestoreResult> Restore(RestoreRequest request, string? target = null)
    {
        using var session = RestoreSession();
        var context = new InProcessContext("restore", RestoreActivities(session), Repository.Time, _random, null, Cancellation);
        return await RestoreWorkflow.Run(context, new(request, 2) { Target = target });
    }

    public ActivityRegistry RestoreActivities(RestoreSession session) =>
        RestoreActivityRegistry.Create(session, _endpoint, new(Repository.Time, _random, new DiskFiles(), Alerts, NullLoggerFactory.Instance)).Add(new NotifyActivity(Alerts));

    /// <summary>The backups that lead to a point, by the manifest or, without it, as they are named.</summary>
    public async Task<RestoreRequest> Choose(RestoreQuery query, bool useManifest = true)
    {
        using var session = RestoreSession();
        var chosen = await RestoreChoice.Find(query, useManifest ? await Manifest.Load(Cancellation) : null, session, Cancellation);
        return new(chosen.Root, [], [], Drop: true, Force: false) { Slices = chosen.Slices, Through = chosen.Through };
    }

    /// <summary>Where restores read; null: the nodes.</summary>
    public IReadOnlyList<IBlockSource>? Sources { get; set; }

    public RestoreSession RestoreSession() =>
        new(root => new DagContent(new BlockReader(Sources ?? Repository.Nodes), root), Unlocker());

    private KeyringUnlocker Unlocker() => new([TestRepository.KeySource(Key)], Keyrings, null);

    public LoadActivity Loader(RestoreSession session) => new(session, _endpoint);

    /// <summary>What a restore of this backup keeps on the target when it has begun, and nothing more.</summary>
    public async Task<RestoreStep> Begin(Cid root)
    {
        var request = new RestoreRequest(root, [], [], false, false);
        await State(request).Begin(request, Repository.Time.GetUtcNow(), Cancellation);
        return new(RestoreId.Of(request));
    }

    public RestoreState State(RestoreRequest request) => new(_server.Connection, RestoreId.Of(request));

    public Task<OpenedBackup> Open(Cid root, params IReadOnlyList<IIpfsNode> nodes) =>
        OpenedBackup.Open(new DagContent(new BlockReader(nodes.Count > 0 ? nodes : Repository.Nodes), root), TestRepository.KeySource(Key), Cancellation);

    /// <summary>The entries of a slice, or of a full backup's oplog, as they come out of the nodes.</summary>
    public async Task<List<OplogEntry>> Entries(Cid root)
    {
        using var backup = await Open(root);
        var entries = new List<OplogEntry>();
        foreach (var file in backup.Index.Oplog!.Files)
        {
            var assembler = new DocumentAssembler();
            await foreach (var stretch in backup.ReadFile(file, Cancellation)) entries.AddRange(assembler.Add(stretch).Select(OplogEntry.Read));
            assembler.Finish();
        }
        return entries;
    }

    public void Dispose()
    {
        Repository.Dispose();
        _directory.Dispose();
    }

    private async Task<IOplogSource> OpenOplog(CancellationToken cancellationToken) => Oplog(await ServerOplog.Start(_server.Connection, cancellationToken));

    private CollectionSpec Spec(string collection) => new()
    {
        Namespace = new(Database, collection),
        Type = CollectionType.Collection,
        Options = new RawBsonDocument(new BsonDocument().ToBson()),
        Indexes = [],
    };

    private Watched<TInput, TResult> Wrap<TInput, TResult>(IActivity<TInput, TResult> activity) => new(activity, this);

    private sealed class Watched<TInput, TResult>(IActivity<TInput, TResult> inner, BackupRig rig) : IActivity<TInput, TResult>
    {
        public ActivityName<TInput, TResult> Name => inner.Name;

        public async Task<TResult> Run(TInput input, CancellationToken cancellationToken)
        {
            if (rig.Before is { } before) await before(Name.Name, input!, cancellationToken);
            var result = await inner.Run(input, cancellationToken);
            if (rig.After is { } after) await after(Name.Name);
            return result;
        }
    }
}

/// <summary>Keeps the alerts that it is given; may fail as a receiver that is down.</summary>
internal sealed class RecordingNotifier : INotifier
{
    private readonly List<Alert> _alerts = [];

    public bool Fails { get; set; }

    /// <summary>Who hears it, too.</summary>
    public INotifier? Then { get; set; }

    public IReadOnlyList<Alert> All => _alerts;

    public string Events => string.Join(',', _alerts.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Event}:{a.Level}")));

    public Task Notify(Alert alert, CancellationToken cancellationToken)
    {
        if (Fails) throw new HttpRequestException("the receiver is down");
        lock (_alerts) _alerts.Add(alert);
        return Then?.Notify(alert, cancellationToken) ?? Task.CompletedTask;
    }
}
