using BackupFunctions.Ambient;
using BackupFunctions.Cli.Commands;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Configuration;
using BackupFunctions.Diagnosis;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.MongoDump;
using BackupFunctions.Notifications;
using BackupFunctions.Recovery;
using BackupFunctions.Restore;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;
using RestoreResult = BackupFunctions.Cli.Commands.Messages.RestoreResult;

namespace BackupFunctions.Cli.Engine;

/// <summary>The commands on the real engine. A command opens what it needs and closes it; nothing stays between commands.</summary>
internal sealed partial class EngineCommands(TimeProvider time, IRandomSource random, IFiles files) : IEngineCommands
{
    private const string TargetName = "--uri";

    /// <inheritdoc/>
    public async Task<BackupResult> Backup(BackupRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var result = await engine.BackUp(Report(run), cancellationToken);
        return Results.Made(result.Backup, engine.Nodes, result.Problems, result.Warnings);
    }

    /// <inheritdoc/>
    public async Task<IncrementalResult> BackupIncrement(IncrementalRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        return Results.Run(await engine.BackUpIncrement(TimeSpan.Zero, request.MaxBytes, Report(run), cancellationToken), engine.Nodes);
    }

    /// <inheritdoc/>
    public async Task BackupContinuously(
        IncrementalRequest request, EngineRun run, Action<IncrementalResult> onRun, Action<FailedRun> onFailure, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        await engine.BackUpContinuously(request.Every, request.MaxBytes, result => onRun(Results.Run(result, engine.Nodes)),
            failure => onFailure(new(failure.Message, failure.Hint, failure.Pause.TotalSeconds)), Report(run), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ResumeResult> Resume(EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        return Results.Resumed(await engine.ResumeUploads(Report(run), cancellationToken), engine.Nodes);
    }

    /// <inheritdoc/>
    public async Task<WindowsResult> Windows(EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        return Results.Windows(OplogTimeline.Of(await engine.Manifest.Load(cancellationToken)));
    }

    /// <inheritdoc/>
    public async Task<ListResult> List(BackupFilter filter, EngineRun run, CancellationToken cancellationToken)
    {
        var query = Results.Query(filter);
        using var engine = Open(run);
        var state = await engine.Manifest.Load(cancellationToken);
        return new([.. state.Backups.Where(query.Matches).Reverse().Select(Results.Summary)], Results.Windows(OplogTimeline.Of(state)), Results.LastProven(state));
    }

    /// <inheritdoc/>
    public async Task<StatisticsResult> Statistics(BackupFilter filter, EngineRun run, CancellationToken cancellationToken)
    {
        var query = Results.Query(filter);
        using var engine = Open(run);
        return new([.. ManifestStatistics.Of(await engine.Manifest.Load(cancellationToken), query).Select(Results.Statistics)]);
    }

    /// <inheritdoc/>
    public async Task<BackupDetails> Show(ShowRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var entry = (await engine.Manifest.Load(cancellationToken)).Find(request.Backup);
        using var backup = await engine.Open(entry.Root, cancellationToken);
        return new(Results.Summary(entry), backup.Index.Server.Version, entry.StartOptime?.ToString(), entry.Epoch, Results.Copies(entry, engine.Nodes, []),
            [.. backup.Index.Collections.Select(c => new NamespaceSummary(c.Namespace.ToString(), Results.Kind(c.Type), c.Documents, c.Bytes, c.Indexes.Count))]);
    }

    /// <inheritdoc/>
    public async Task<DownloadResult> Download(DownloadRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var written = await CarExport.WriteFile(engine.NearestFirst(), Cid.Parse(request.Cid), request.Path, files,
            (blocks, bytes) => run.Progress.Report(new("download", blocks, 0, bytes)), cancellationToken);
        return new(request.Cid, request.Path, written.Blocks, written.Bytes);
    }

    /// <inheritdoc/>
    public async Task<ExportResult> Export(ExportRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var written = await engine.Export(request.Backup, request.Chain, request.Path, (blocks, bytes) => run.Progress.Report(new("export", blocks, 0, bytes)), cancellationToken);
        return new(request.Path, written.Root.ToString(), [.. written.Backups.Select(b => b.Id.ToString())], written.Blocks, written.Bytes);
    }

    /// <inheritdoc/>
    public async Task<ImportResult> Import(ImportRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var imported = new List<ImportedFile>();
        foreach (var path in request.Paths)
        {
            if (!files.Exists(path)) throw BackupException.NotFound($"open {path}: there is no such file", "give a CAR file from `backupfn export --car`");
            if (request.BlocksOnly)
            {
                var blocks = await engine.ImportBlocks(path, (done, bytes) => run.Progress.Report(new("import", done, 0, bytes)), cancellationToken);
                imported.Add(Results.Imported(path, blocks));
            }
            else
            {
                var backups = await engine.Import(path, Report(run), cancellationToken);
                imported.Add(new(path, [.. backups.Select(b => Results.Made(b.Backup, engine.Nodes, b.Problems, b.Warnings))], null, []));
            }
        }
        return new(imported);
    }

    /// <inheritdoc/>
    public async Task<DecryptResult> Decrypt(DecryptRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        KeySetting[] settings = run.Options.NewKey is { } added ? [run.Options.Key, added] : [run.Options.Key];
        using var keys = new KeyringUnlocker([.. settings.Select(s => KeySources.Of(s, files, time))], run.Keyrings, null);
        var backups = new List<OpenedBackup>();
        foreach (var path in request.Paths) backups.Add(await OpenedBackup.Open(await Content(path, cancellationToken), keys, cancellationToken));
        var written = await DumpExporter.Run(backups[0], backups[1..], request.Output, files, (done, total) => run.Progress.Report(new("decrypt", done, total, done)), cancellationToken);
        return new(request.Output, written.Collections, written.Documents, written.OplogEntries, written.Bytes);
    }

    /// <inheritdoc/>
    public async Task<RestoreResult> RestoreDump(RestoreDumpRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        await using var dump = await DumpReader.Open(request.Path, files, ct: cancellationToken);
        using var target = Target(request.TargetUri);
        var filter = new NamespaceFilter(NamespacePattern.ParseAll(request.NamespacePatterns, "--ns-include"), []);
        var restorer = new DumpRestorer(await target.Connect(cancellationToken), filter, request.Drop);
        var result = await restorer.Run(dump, (done, total) => run.Progress.Report(new("load", done, total, done)), cancellationToken);
        return new($"{dump.Describe} {request.Path}", false, [.. result.Collections.Select(Results.Restored)], null, null, false, result.Warnings);
    }

    /// <inheritdoc/>
    public async Task<RestoreResult> RestoreFull(RestoreFullRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var at = request.At is { } text ? RestorePoint.Parse(text, "--at") : null;
        var chosen = await engine.Choose(new(request.Backup, at, [.. request.Incrementals.Select(Cid.Parse)]), cancellationToken);
        var restore = Restore(request, chosen);
        var (plan, oplog) = await Plan(engine, restore, at, cancellationToken);
        if (request.DryRun) return new(restore.Root.ToString(), true, [.. plan.Everything.Select(c => Results.Restored(c, []))], oplog, null, false, [.. chosen.Warnings, .. plan.Warnings]);

        using var target = Target(request.TargetUri);
        var result = await engine.Restore(restore, target, Report(run), cancellationToken);
        var differences = (result.Differences ?? []).ToDictionary(d => d.Namespace, d => d.Sentences, StringComparer.Ordinal);
        var replay = result.Replay is { } r ? new ReplaySummary(r.Entries, r.Applied, r.Transactions, r.Discarded) : null;
        return new(restore.Root.ToString(), false, [.. plan.Everything.Select(c => Results.Restored(c, differences.GetValueOrDefault(c.Namespace.ToString(), [])))],
            oplog, replay, result.Differences is not null, [.. chosen.Warnings, .. result.Warnings]);
    }

    private static RestoreRequest Restore(RestoreFullRequest request, ChosenBackups chosen)
    {
        var names = request.Namespaces;
        NamespaceRenames.Parse(names.From, names.To);
        return new(chosen.Root, names.Include, names.Exclude, request.Drop, request.Force)
        {
            Slices = chosen.Slices,
            Through = chosen.Through,
            Renames = [.. names.From.Zip(names.To, (from, to) => new NamespaceRename(from, to))],
            UsersAndRoles = request.UsersAndRoles,
        };
    }

    private static async Task<(RestorePlan, OplogPlan?)> Plan(BackupEngine engine, RestoreRequest restore, RestorePoint? at, CancellationToken cancellationToken)
    {
        using var backup = await engine.Open(restore.Root, cancellationToken);
        var plan = RestorePlan.Of(backup.Index, restore);
        if (!plan.Replays) return (plan, null);
        var (bytes, end) = (backup.Index.Oplog!.Bytes, backup.Index.Oplog.Through.Optime);
        foreach (var slice in restore.Slices)
        {
            using var opened = await engine.Open(slice, cancellationToken);
            (bytes, end) = (bytes + opened.Index.Oplog!.Bytes, opened.Index.Oplog.Through.Optime);
        }
        var through = restore.Through ?? end;
        return (plan, new(restore.Slices.Count, bytes, at?.ToString() ?? through.ToString(), through.Time));
    }

    /// <inheritdoc/>
    public async Task<RecoverResult> Recover(RecoverRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var asked = new RecoveryRequest(request.Cid is { } cid ? Cid.Parse(cid) : null, request.Kit, request.Repository is { } id ? RepositoryId.Parse(id) : null, request.DryRun, request.AcceptOlder);
        return Results.Recovered(await engine.Recover(asked, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<VerifyResult> Verify(VerifyRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var result = await engine.Verify(request.Backup, request.SamplePercent / 100, Report(run), cancellationToken);
        return new(request.Backup, result.Root.ToString(), request.SamplePercent, [.. result.Copies.Select(Results.Verification)]);
    }

    /// <inheritdoc/>
    public async Task<ScrubSummary> Scrub(ScrubRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        return Results.Scrub(await engine.Scrub(request.All ? null : run.Options.ScrubSlices, Report(run), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<DrillSummary> Drill(DrillRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run with { Options = run.Options with { DrillUri = request.Uri ?? run.Options.DrillUri } });
        return Results.Drill(await engine.Drill(request.At, Report(run), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<RetentionPlanResult> PlanRetention(EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var plan = await engine.PlanRetention(cancellationToken);
        return new([.. plan.Items.Select(Results.Item)], plan.Since);
    }

    /// <inheritdoc/>
    public async Task<Commands.Messages.RetentionResult> Retain(EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        return Results.Retained(await engine.Retain(Report(run), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<RemoveResult> Remove(RemoveRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var result = await engine.Remove(request.Backup, request.Force, cancellationToken);
        return new([.. result.Removed.Select(Results.Item)], result.Problems);
    }

    /// <inheritdoc/>
    public async Task<ProtectResult> Protect(ProtectRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var result = await engine.Protect(request.Backup, request.Protect, cancellationToken);
        return new(result.Backup.Id.ToString(), result.Backup.IsProtected, result.Problems);
    }

    /// <inheritdoc/>
    public async Task<DoctorResult> Diagnose(EngineRun run, CancellationToken cancellationToken)
    {
        var ambient = Ambient(run);
        using var engine = new BackupEngine(run.Options, ambient);
        var findings = await Doctor.Examine(engine, ambient, cancellationToken);
        return new([.. findings.Select(f => new Commands.Messages.Finding(f.Check, Results.Status(f.Severity), f.Message, f.Hint))]);
    }

    /// <inheritdoc/>
    public async Task<AlertsTestResult> TestAlerts(EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var tested = engine.Alerts is { } alerts ? await alerts.Test(cancellationToken) : [];
        return new([.. tested.Select(t => new TestedReceiver(t.Name, t.Target, t.Problem?.Message, t.Problem?.Hint))]);
    }

    private BackupEngine Open(EngineRun run) => new(run.Options, Ambient(run)) { Keyrings = run.Keyrings };

    private EngineAmbient Ambient(EngineRun run) =>
        new(time, random, files, new LogNotifier(run.Loggers.CreateLogger<LogNotifier>()), run.Loggers) { Scratch = Scratch };

    private static async Task<ScratchServer> Scratch(CancellationToken cancellationToken)
    {
        var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), cancellationToken);
        return new(server.ConnectionString, server);
    }

    private MongoEndpoint Target(string uri) => BackupEngine.Endpoint(uri, TargetName, time);

    private async Task<IBackupContent> Content(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path)) return new DirectoryContent(path, files);
        if (!files.Exists(path)) throw BackupException.NotFound($"open {path}: there is no such file or directory", "give a CAR file from `backupfn download`, or a directory from `ipfs get`");
        var car = await CarFile.Open(path, files, cancellationToken);
        return new DagContent(new BlockReader([car]), car.Root);
    }

    private static Action<WorkflowStatus> Report(EngineRun run) => status => run.Progress.Report(new(status.Stage, status.Done, status.Total, status.Bytes));
}
