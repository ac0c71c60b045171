using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Monitoring;
using BackupFunctions.Notifications;
using BackupFunctions.Notifications.Channels;
using BackupFunctions.Notifications.Outbox;
using BackupFunctions.Recovery;
using BackupFunctions.Repositories;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Restore;
using BackupFunctions.Retention;
using BackupFunctions.Rotation;
using BackupFunctions.Staging;
using BackupFunctions.Telemetry.Metrics;
using BackupFunctions.Telemetry.Tracing;
using BackupFunctions.Transfer;
using BackupFunctions.Verification;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Verification.Scrubbing;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions;

/// <summary>What the engine takes from its surroundings.</summary>
public sealed record EngineAmbient(TimeProvider Time, IRandomSource Random, IFiles Files, INotifier Notifier, ILoggerFactory Loggers)
{
    /// <summary>Starts a server for a restore drill; null: there is none but that of DRILL_URI.</summary>
    public Func<CancellationToken, Task<ScratchServer>>? Scratch { get; init; }

    /// <summary>How long the restore of a drill may take before it counts as failed; null: as long as it takes.</summary>
    public TimeSpan? DrillLimit { get; init; }

    /// <summary>Opens the node of a setting; null: <see cref="NodeFactory"/> does.</summary>
    public Func<NodeSetting, IIpfsNode>? Node { get; init; }
}

/// <summary>
/// The engine put together from settings, run in this process. Parts are made when they are first needed, so that a command asks only for the
/// settings that it uses. Thread-safe after construction.
/// </summary>
public sealed class BackupEngine(BackupOptions options, EngineAmbient ambient) : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly Lock _gate = new();
    private readonly ScrubMemory _scrubMemory = new();
    private IReadOnlyList<IIpfsNode>? _nodes;
    private IReadOnlyList<IIpfsNode>? _copies;
    private IReadOnlyList<Gateway>? _gateways;
    private RepositorySession? _session;
    private MongoEndpoint? _source;
    private ICatalog? _catalog;
    private IStaging? _staging;
    private BackupWatch? _watch;
    private AlertDispatcher? _alerts;
    private EngineMetrics? _metrics;

    /// <summary>What a range of a split collection aims at, in bytes; the default is by the collection's size.</summary>
    internal long? RangeBytes { get; init; }

    /// <summary>The settings.</summary>
    public BackupOptions Options => options;

    /// <summary>Both nodes in order.</summary>
    public IReadOnlyList<IIpfsNode> Nodes => Once(ref _nodes, () => [.. options.Nodes.Select(OpenNode)]);

    /// <summary>The nodes and, behind them, the local vault if there is one: everything that gets a copy.</summary>
    private IReadOnlyList<IIpfsNode> Copies => Once(ref _copies, () => LocalVault is { } vault ? [.. Nodes, vault] : Nodes);

    private IIpfsNode? LocalVault => options.LocalVault is { } directory
        ? OpenNode(new(SettingNames.LocalVault, NodeKind.Vault, new Uri(directory), null))
        : null;

    /// <summary>The key that the settings name.</summary>
    public IKeySource Keys => KeySources.Of(options.Key, ambient.Files, ambient.Time);

    /// <summary>The key that takes its place when keys are rotated, and opens backups as well from then on; null where none is set.</summary>
    private IKeySource? NewKey => options.NewKey is { } key ? KeySources.Of(key, ambient.Files, ambient.Time) : null;

    /// <summary>Keyrings that backups are opened with before their own copies, such as exported ones.</summary>
    public IReadOnlyList<Keyring> Keyrings { get; init; } = [];

    /// <summary>The key slots of the repository.</summary>
    public RepositoryKeyring Slots => new(Catalog, Manifest, Keys, NewKey, ambient.Random);

    private DeliveryTargets Targets => new(Nodes.Count, options.LocalVault is not null);

    /// <summary>Where sealed segments wait.</summary>
    internal IStaging Staging => Once(ref _staging, () => StagingFactory.Open(options.Staging, ambient.Files, ambient.Random));

    /// <summary>The server that is backed up.</summary>
    public MongoEndpoint Source => Once(ref _source, () => Own(Endpoint(options.SourceUri, SettingNames.MongoUri, ambient.Time)));

    /// <summary>Where the head of the manifest is kept.</summary>
    public ICatalog Catalog => Once(ref _catalog, MakeCatalog);

    /// <summary>The repository that the catalogue names.</summary>
    public RepositorySession Session => Once(ref _session, () => Own(new RepositorySession(Catalog, Keys, Nodes, ambient.Random, ambient.Time, NewKey)));

    /// <summary>The list of backups.</summary>
    public ManifestStore Manifest => new(Session, Catalog, ambient.Time);

    /// <summary>Looks whether backups succeed.</summary>
    public BackupWatch Watch => Once(ref _watch, () => new(
        new(Catalog, Manifest, Nodes, ReadOplog), options.Watch, options.Redactor.Redact, ambient.Time));

    /// <summary>Tells the receivers that the settings name; null when they name none.</summary>
    public AlertDispatcher? Alerts => options.Alerts is { Webhook: null, Smtp: null } ? null : Once(ref _alerts, () =>
        Own(new AlertDispatcher(options.Alerts, AlertChannels(), Staging, options.Redactor, ambient.Time, ambient.Loggers.CreateLogger<AlertDispatcher>())));

    /// <summary>Looks whether backups succeed, tells what is news, and sends again what could not be delivered: for a timer of the host. Without a receiver it does nothing.</summary>
    public Task WatchOver(CancellationToken cancellationToken) => Alerts is { } alerts ? Watch.Tell(alerts, ambient.Notifier, cancellationToken) : Task.CompletedTask;

    // what is told is logged in any case
    private INotifier Notifier => Alerts is { } alerts ? new CompositeNotifier([ambient.Notifier, alerts], ambient.Loggers.CreateLogger<CompositeNotifier>()) : ambient.Notifier;

    private List<IAlertChannel> AlertChannels()
    {
        var channels = new List<IAlertChannel>();
        if (options.Alerts.Webhook is { } webhook) channels.Add(Own(new WebhookChannel(webhook, ambient.Time)));
        if (options.Alerts.Smtp is { } smtp) channels.Add(new SmtpChannel(smtp, ambient.Time));
        return channels;
    }

    /// <summary>All that is measured; what flows is counted from the first use on, so a host uses it when it starts.</summary>
    public EngineMetrics Metrics => Once(ref _metrics, () => Own(new EngineMetrics(new(
        new(Catalog, Manifest, token => new StagedBackups(Staging, new(Staging, Session)).List(token), ReadOplog, ambient.Time),
        [.. Nodes.Select(n => n.Name)], ambient.Time))));

    /// <summary>Which namespaces are backed up.</summary>
    // a catalogue in a directory takes no database's name away
    public NamespaceFilter Filter => new(options.Include, options.Exclude, options.Catalog is { MongoUri: not null } catalogue ? catalogue.Database : null);

    /// <summary>A server by its URI; the caller disposes it.</summary>
    public static MongoEndpoint Endpoint(string uri, string settingName, TimeProvider time) =>
        new(token => MongoConnection.Open(uri, settingName, new MongoConnectionOptions { Time = time }, token));

    /// <summary>Makes a full backup.</summary>
    public Task<FullBackupResult> BackUp(Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(FullBackupWorkflow.Name, BackupActivityRegistry(), context => FullBackupWorkflow.Run(context, new(options.Parallelism) { CleansUp = options.RetentionAfterBackup }), onStatus, cancellationToken);

    /// <summary>
    /// Makes an incremental backup: what was written since the last one, in slices of at most so many bytes (null: 1 GiB); with a wait also what is
    /// written meanwhile.
    /// </summary>
    public Task<IncrementalBackupResult> BackUpIncrement(TimeSpan wait, long? maxBytes, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(IncrementalBackupWorkflow.Name, BackupActivityRegistry(), context => IncrementalBackupWorkflow.Run(context,
            new(options.Parallelism, maxBytes ?? IncrementalBackupInput.DefaultMaxBytes, wait) { CleansUp = options.RetentionAfterBackup }), onStatus, cancellationToken);

    /// <summary>Stores what waits in staging, and makes the copies that recorded backups lack. MongoDB is not asked, but for a catalogue that it keeps.</summary>
    public Task<ResumeUploadsResult> ResumeUploads(Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(ResumeUploadsWorkflow.Name, DeliveryActivityRegistry(), context => ResumeUploadsWorkflow.Run(context, new()), onStatus, cancellationToken);

    /// <summary>Removes what no rule keeps, and unpins what was removed longer ago than the grace period. MongoDB is not asked, but for a catalogue that it keeps.</summary>
    public Task<RetentionResult> Retain(Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(RetentionWorkflow.Name, DeliveryActivityRegistry(), context => RetentionWorkflow.Run(context, new()), onStatus, cancellationToken);

    /// <summary>What retention would do now, with all reasons; changes nothing.</summary>
    public async Task<RetentionPlan> PlanRetention(CancellationToken cancellationToken)
    {
        var objects = new StagedObjects(Staging, Session);
        var state = await Manifest.Load(cancellationToken);
        return RetentionPlanner.Plan(state, options.Retention.Policy, ambient.Time.GetUtcNow(), await new StagedWorkReader(new(Staging, objects), objects).Read(cancellationToken));
    }

    /// <summary>Removes one backup and what depends on it from the list; refuses the last full backup, and what is protected, unless it is forced.</summary>
    public Task<RemovedBackups> Remove(string backup, bool force, CancellationToken cancellationToken) => Edit.Remove(backup, force, cancellationToken);

    /// <summary>Protects a backup from retention, or ends that.</summary>
    public Task<ProtectedBackup> Protect(string backup, bool isProtected, CancellationToken cancellationToken) => Edit.Protect(backup, isProtected, cancellationToken);

    private ManifestEdit Edit => new(Manifest, new(Catalog, ambient.Time), ambient.Random, ambient.Time);

    /// <summary>
    /// Makes incremental backups one after the other until it is cancelled: a slice closes after so long or at so many bytes (null: the
    /// defaults of <see cref="ContinuousBackup"/>). A round that fails is told and repeated.
    /// </summary>
    public Task BackUpContinuously(
        TimeSpan? every, long? maxBytes, Action<IncrementalBackupResult> onRound, Action<ContinuousFailure> onFailure, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        ContinuousBackup.Run(token => BackUpIncrement(every ?? ContinuousBackup.DefaultInterval, maxBytes ?? ContinuousBackup.DefaultMaxBytes, onStatus, token),
            ambient.Time, onRound, onFailure, cancellationToken);

    /// <summary>Checks every copy of a backup by id, root CID or <c>latest</c>, hashing a share of its blocks. MongoDB is not asked, but for a catalogue that it keeps.</summary>
    public Task<VerificationResult> Verify(string backup, double share, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(VerificationWorkflow.Name, VerificationActivities(), context => VerificationWorkflow.Run(context, new(backup, share)), onStatus, cancellationToken);

    /// <summary>Reads a slice of the blocks of every copy (null: all of them) and heals what is not as it should be. MongoDB is not asked, but for a catalogue that it keeps.</summary>
    public Task<ScrubResult> Scrub(int? slices, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(ScrubWorkflow.Name, ScrubActivities(), context => ScrubWorkflow.Run(context, new(slices ?? 1)), onStatus, cancellationToken);

    /// <summary>Restores a backup or a point in time (null: by chance) for trial, compares and removes it.</summary>
    public Task<DrillResult> Drill(string? at, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(RestoreDrillWorkflow.Name, DrillActivities(), context => RestoreDrillWorkflow.Run(context, new(at)), onStatus, cancellationToken);

    /// <summary>The root of a backup by id or <c>latest</c>; a root CID is taken as it is and needs no catalogue.</summary>
    public async Task<Cid> FindRoot(string reference, CancellationToken cancellationToken)
    {
        if (Cid.TryParse(reference, out var root)) return root;
        if (options.Catalog is null)
            throw new BackupException(ErrorKind.Configuration, $"find backup '{reference}': there is no catalogue",
                $"set {SettingNames.CatalogUri} or {SettingNames.MongoUri}, or give the root CID of a backup");
        return (await Manifest.Load(cancellationToken)).Find(reference).Root;
    }

    /// <summary>Rotates to the new key that the settings name; see <see cref="RotateKeysWorkflow"/>.</summary>
    public Task<RotateKeysResult> RotateKeys(bool reEncrypt, string? slotId, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken) =>
        Run(RotateKeysWorkflow.Name, RotationActivities(), context => RotateKeysWorkflow.Run(context, new(reEncrypt, slotId)), onStatus, cancellationToken);

    /// <summary>
    /// Finds which backups lead where a query wants to go. Without a catalogue the query must name all of them by CID.
    /// </summary>
    public async Task<ChosenBackups> Choose(RestoreQuery query, CancellationToken cancellationToken)
    {
        using var session = NewRestoreSession();
        // a root CID that needs no oplog needs no catalogue either: it is enough to restore with a node and the key
        var needsManifest = !Cid.TryParse(query.Backup, out _) || query.At is not null || query.Incrementals.Count > 0;
        var manifest = needsManifest && options.Catalog is not null ? await Manifest.Load(cancellationToken) : null;
        var chosen = await RestoreChoice.Find(query, manifest, session, cancellationToken);
        return manifest is not null && await Manifest.Outdated(manifest, cancellationToken) is { } outdated ? chosen with { Warnings = [outdated] } : chosen;
    }

    /// <summary>Restores a backup to a target, by default from the nodes.</summary>
    public async Task<RestoreResult> Restore(
        RestoreRequest request, MongoEndpoint target, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken)
    {
        using var session = NewRestoreSession();
        await using var pause = await TtlMonitorPause.Begin(await target.Connect(cancellationToken), cancellationToken);
        return await Run(RestoreWorkflow.Name, RestoreActivities(session, target), context => RestoreWorkflow.Run(context, new(request, options.Parallelism)), onStatus, cancellationToken);
    }

    /// <summary>Writes a backup and what it needs to be restored elsewhere into one CAR file, see <see cref="BackupExport"/>.</summary>
    public Task<BackupExportSummary> Export(string reference, bool chain, string path, Action<long, long>? progress, CancellationToken cancellationToken) =>
        new BackupExport(Session, Manifest, NearestFirst(), ambient.Time).WriteFile(reference, chain, path, ambient.Files, progress, cancellationToken);

    /// <summary>
    /// Imports the backups of an exported CAR file into all nodes and records them. Where the catalogue is empty their repository goes on here; one of another
    /// repository than the catalogue's, or one that was sealed again since, is refused with <see cref="ErrorKind.Failed"/>.
    /// </summary>
    public async Task<IReadOnlyList<DeliveredBackup>> Import(string path, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken)
    {
        var car = await CarFile.Open(path, ambient.Files, cancellationToken);
        using var unlocker = NewUnlocker();
        var exported = await ExportedBackups.Read(car, unlocker, cancellationToken);
        var repository = await Session.OpenOrAdopt(exported.Keyring, cancellationToken);
        if (repository.Id != exported.Keyring.Repository)
            throw new BackupException(ErrorKind.Failed, $"import {path}: its backups are of repository {exported.Keyring.Repository}, the catalogue {Catalog.Name} is of {repository.Id}",
                "point MONGODB_CATALOG_URI to an empty catalogue, or store the blocks alone with --blocks-only");
        var recorded = (await Manifest.Load(cancellationToken)).Backups.ToDictionary(b => b.Id, b => b.Root);
        // its blocks would be no copy of what is recorded, and back on the nodes under a key that may have leaked
        if (exported.Backups.FirstOrDefault(b => recorded.TryGetValue(b.Id, out var root) && root != b.Root) is { } older)
            throw new BackupException(ErrorKind.Failed, $"import {path}: backup {older.Id} was sealed again since it was exported", "export it again from this catalogue, or store the blocks alone with --blocks-only");
        return await Run(ImportWorkflow.Name, DeliveryActivityRegistry([new CarNode(car), .. Nodes]), context => ImportWorkflow.Run(context, Nodes.Count, exported.Backups, exported.Coverage, recorded.Keys.ToHashSet()), onStatus, cancellationToken);
    }

    /// <summary>Stores the blocks of a CAR file on all nodes, whatever they are, and pins its root; records nothing. Fails when no node took them.</summary>
    public async Task<ImportedBlocks> ImportBlocks(string path, Action<long, long>? progress, CancellationToken cancellationToken) =>
        await BlockImport.Run(await CarFile.Open(path, ambient.Files, cancellationToken), Nodes, Limit, progress, cancellationToken);

    /// <summary>Rebuilds the catalogue from what the nodes hold, or tells what is there, see <see cref="CatalogRecovery"/>.</summary>
    public async Task<RecoveryResult> Recover(RecoveryRequest request, CancellationToken cancellationToken)
    {
        var result = await new CatalogRecovery(options.Catalog is null ? null : Catalog, Keys, Nodes, Staging, ambient.Random, ambient.Time).Run(request, cancellationToken);
        if (result.Outcome == RecoveryOutcome.Recovered)
            await Notifier.Notify(new(AlertLevel.Info, AlertEvents.CatalogueRecovered, $"the catalogue was brought to revision {result.Revision}, with {result.Backups.Count} backups", ambient.Time.GetUtcNow(), new Dictionary<string, string> { ["manifest"] = $"{result.Manifest}" }), cancellationToken);
        return result;
    }

    /// <summary>The activities of backups, for a host that runs the workflows over a context of its own.</summary>
    public ActivityRegistry BackupActivities() => BackupActivityRegistry();

    /// <summary>The activities of ResumeUploads and Retention: none of them asks the source.</summary>
    public ActivityRegistry DeliveryActivities() => DeliveryActivityRegistry();

    /// <summary>The activities of verifications.</summary>
    public ActivityRegistry VerificationActivities() => new ActivityRegistry()
        .Add(new PlanVerificationActivity(FindRoot, Nodes))
        .Add(new VerifyBlocksActivity(Nodes, ambient.Time))
        .Add(new VerifyFilesActivity(Nodes, NewUnlocker, ambient.Time))
        .Add(new NotifyActivity(Notifier));

    /// <summary>The activities of scrubs.</summary>
    public ActivityRegistry ScrubActivities() => DeliveryActivityRegistry()
        .Add(new PlanScrubActivity(Manifest, Copies))
        .Add(new ScrubActivity(Session, Manifest, Copies, new(Session, Limit), _scrubMemory, ambient.Time));

    /// <summary>The activities of restore drills.</summary>
    public ActivityRegistry DrillActivities() => DeliveryActivityRegistry()
        .Add(new PlanDrillActivity(Manifest, NewRestoreSession))
        .Add(new DrillActivity(NewRestoreSession, ambient.Scratch, options.DrillUri, options.Parallelism, ambient));

    /// <summary>The activities of a restore into one target; the caller disposes the session when they have ended.</summary>
    public ActivityRegistry RestoreActivities(RestoreSession session, MongoEndpoint target) => RestoreActivityRegistry.Create(session, target, ambient)
        .Add(new NotifyActivity(Notifier));

    /// <summary>Opens a backup on the nodes; the caller disposes it.</summary>
    public Task<OpenedBackup> Open(Cid root, CancellationToken cancellationToken) =>
        OpenedBackup.OpenAlone(new DagContent(NearestFirst(), root), NewUnlocker(), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in Enumerable.Reverse(_owned)) owned.Dispose();
    }

    private IReadOnlyList<Gateway> Gateways => Once(ref _gateways, () => [.. options.Gateways.Select(g => Own(new Gateway(g, ambient.Random, ambient.Time)))]);

    /// <summary>Reads blocks from the local vault, the nodes and the gateways, the nearest first; what one does not hold, or holds damaged, comes from the next.</summary>
    public BlockReader NearestFirst() => new([.. Copies.Skip(Nodes.Count), .. Nodes, .. Gateways]);

    /// <summary>What a restore reads with; the caller disposes it.</summary>
    public RestoreSession NewRestoreSession() => new(root => new DagContent(NearestFirst(), root), NewUnlocker());

    /// <summary>Unlocks the keyrings of backups; the caller disposes it.</summary>
    public KeyringUnlocker NewUnlocker() => new(NewKey is { } added ? [Keys, added] : [Keys], Keyrings, options.Catalog is null ? null : NewestKeyring);

    /// <summary>The activities of rotations of keys; none of them asks the source.</summary>
    public ActivityRegistry RotationActivities()
    {
        var staged = new StagedObjects(Staging, Session);
        return DeliveryActivityRegistry()
            .Add(new RotateSlotsActivity(Slots))
            .Add(new StartEpochActivity(Slots))
            .Add(new PlanReencryptionActivity(Session, Manifest, Slots, new(Staging, staged), Targets))
            .Add(new ReencryptFilesActivity(Session, Manifest, NearestFirst(), Staging, staged, ambient.Random, options.CompressionLevel, ambient.Time))
            .Add(new AssembleReencryptedActivity(Session, Manifest, NearestFirst(), Staging, staged, ambient.Random))
            .Add(new UnpinEpochsActivity(Session, Manifest, Copies, Targets, ambient.Time))
            .Add(new EndEpochsActivity(Session, Manifest, Catalog, Slots, Staging, new(Staging, staged)));
    }

    // a restore goes on without it
    private async Task<Keyring?> NewestKeyring(CancellationToken cancellationToken)
    {
        try
        {
            return (await Catalog.ReadHead(cancellationToken))?.Keyring;
        }
        catch (BackupException)
        {
            return null;
        }
    }

    private ActivityRegistry BackupActivityRegistry()
    {
        var staged = new StagedObjects(Staging, Session);
        return DeliveryActivityRegistry()
            .Add(new PlanActivity(Source, Filter, Session, Manifest, Staging, staged, Targets) { RangeBytes = RangeBytes })
            .Add(new PlanIncrementalActivity(Source, Session, Manifest, new(Staging, staged), Targets))
            .Add(new DumpActivity(Source, Session, Staging, staged, ambient.Random, options.CompressionLevel, ambient.Loggers))
            .Add(new CaptureOplogActivity(OpenOplog, ambient.Time, Filter, Session, Staging, staged, ambient.Random, options.CompressionLevel, ambient.Loggers))
            .Add(new GatherSlicesActivity(Session, Manifest, staged))
            .Add(new AssembleActivity(Session, Manifest, Staging, staged, ambient.Random));
    }

    private RateLimit? Limit => options.RateLimit is { } bytesPerSecond ? new RateLimit(bytesPerSecond, ambient.Time) : null;

    private ActivityRegistry DeliveryActivityRegistry() =>
        RetentionActivityRegistry.AddTo(DeliveryActivityRegistry(Copies), Session, Catalog, Manifest, Staging, Copies, Targets, options.Retention);

    private ActivityRegistry DeliveryActivityRegistry(IReadOnlyList<IIpfsNode> copies)
    {
        var staged = new StagedObjects(Staging, Session);
        var locks = new RepositoryLock(Catalog, ambient.Time);
        var limit = Limit;
        return new ActivityRegistry()
            .Add(new TakeLockActivity(locks))
            .Add(new RenewLockActivity(locks))
            .Add(new ReleaseLockActivity(locks))
            .Add(new PlanResumeActivity(Session, locks, Manifest, Staging, new(Staging, staged), Nodes, Targets))
            .Add(new UploadActivity(Session, copies, Staging, staged, ambient.Time, limit))
            .Add(new CopyActivity(Session, copies, Manifest, ambient.Time, limit))
            .Add(new PinActivity(Session, copies, staged))
            .Add(new VerifyActivity(Session, copies, ambient.Time, limit))
            .Add(new RecordActivity(Manifest, new(options.RecoveryKitFile, options.Nodes, Session, ambient.Files)))
            .Add(new CleanupActivity(Staging))
            .Add(new NotifyActivity(Notifier));
    }

    private async Task<OplogReach?> ReadOplog(CancellationToken cancellationToken) => await OplogReach.Read(await Source.Connect(cancellationToken), cancellationToken);

    private async Task<IOplogSource> OpenOplog(CancellationToken cancellationToken) =>
        await ServerOplog.Start(await Source.Connect(cancellationToken), cancellationToken);

    private Task<T> Run<T>(string name, ActivityRegistry activities, Func<IWorkflowContext, Task<T>> workflow, Action<WorkflowStatus>? onStatus, CancellationToken cancellationToken)
    {
        var context = new InProcessContext(name, activities, ambient.Time, ambient.Random, onStatus, cancellationToken);
        return RunTelemetry.Measure(context, name, ambient.Time, () => workflow(context));
    }

    private ICatalog MakeCatalog()
    {
        var setting = options.Catalog ?? throw new InvalidOperationException("settings were loaded without a catalogue");
        return setting.Directory is { } directory
            ? new FileCatalog(directory, ambient.Files)
            : new MongoCatalog(Own(Endpoint(setting.MongoUri!, setting.SettingName, ambient.Time)), setting.Database, setting.ToString());
    }

    private IIpfsNode OpenNode(NodeSetting setting)
    {
        var node = ambient.Node?.Invoke(setting) ?? NodeFactory.Open(setting, ambient.Files, ambient.Random, ambient.Time);
        if (node is IDisposable disposable) Own(disposable);
        return node;
    }

    private T Once<T>(ref T? part, Func<T> make) where T : class
    {
        lock (_gate) return part ??= make();
    }

    private T Own<T>(T part) where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }
}
