using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Cli.Commands;

/// <summary>
/// What the commands ask of the engine, one method each. Called once per process. Settings are checked before the call, by the scope named on each method.
/// Failures are thrown as <see cref="BackupException"/> or <see cref="Workflows.ActivityFailedException"/>; what was done only in part is said in the result.
/// </summary>
public interface IEngineCommands
{
    /// <summary>Makes a full backup; <see cref="OptionsScope.Backup"/>.</summary>
    Task<BackupResult> Backup(BackupRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Makes an incremental backup; <see cref="OptionsScope.Backup"/>.</summary>
    Task<IncrementalResult> BackupIncrement(IncrementalRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Makes incremental backups until it is cancelled, and tells of each run; <see cref="OptionsScope.Backup"/>.</summary>
    Task BackupContinuously(
        IncrementalRequest request, EngineRun run, Action<IncrementalResult> onRun, Action<FailedRun> onFailure, CancellationToken cancellationToken);

    /// <summary>Stores what waits in staging and makes missing copies; <see cref="OptionsScope.List"/>.</summary>
    Task<ResumeResult> Resume(EngineRun run, CancellationToken cancellationToken);

    /// <summary>What can be restored to a point in time; <see cref="OptionsScope.List"/>.</summary>
    Task<WindowsResult> Windows(EngineRun run, CancellationToken cancellationToken);

    /// <summary>Backups, newest first; <see cref="OptionsScope.List"/>.</summary>
    Task<ListResult> List(BackupFilter filter, EngineRun run, CancellationToken cancellationToken);

    /// <summary>What backups and failed runs add up to; <see cref="OptionsScope.List"/>.</summary>
    Task<StatisticsResult> Statistics(BackupFilter filter, EngineRun run, CancellationToken cancellationToken);

    /// <summary>All that is known of one backup; <see cref="OptionsScope.List"/>.</summary>
    Task<BackupDetails> Show(ShowRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Writes everything below a CID to one CAR file, whole or not at all; <see cref="OptionsScope.Download"/>.</summary>
    Task<DownloadResult> Download(DownloadRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Writes a backup and what it needs to be restored elsewhere to one CAR file, whole or not at all; <see cref="OptionsScope.List"/>.</summary>
    Task<ExportResult> Export(ExportRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Brings exported backups to the nodes and records them; <see cref="OptionsScope.List"/>, for blocks alone <see cref="OptionsScope.Download"/>.</summary>
    Task<ImportResult> Import(ImportRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Opens sealed files that are at hand into a mongodump directory; <see cref="OptionsScope.Decrypt"/>.</summary>
    Task<DecryptResult> Decrypt(DecryptRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Loads a mongodump directory or archive; <see cref="OptionsScope.General"/>.</summary>
    Task<RestoreResult> RestoreDump(RestoreDumpRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Restores a backup from the nodes; <see cref="OptionsScope.Restore"/>.</summary>
    Task<RestoreResult> RestoreFull(RestoreFullRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Rebuilds the catalogue from nodes, which may be other ones than those that are set; <see cref="OptionsScope.List"/>, to look only <see cref="OptionsScope.Restore"/>.</summary>
    Task<RecoverResult> Recover(RecoverRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Checks a backup on both nodes; <see cref="OptionsScope.Restore"/>.</summary>
    Task<VerifyResult> Verify(VerifyRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Reads blocks of all copies and heals; <see cref="OptionsScope.List"/>.</summary>
    Task<ScrubSummary> Scrub(ScrubRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Restores a backup for trial; one that fails is a result. <see cref="OptionsScope.List"/>.</summary>
    Task<DrillSummary> Drill(DrillRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>The key slots of the repository; <see cref="OptionsScope.List"/>.</summary>
    Task<KeyListResult> ListKeys(EngineRun run, CancellationToken cancellationToken);

    /// <summary>Adds a slot for the new key; <see cref="OptionsScope.List"/>.</summary>
    Task<KeysChangedResult> AddKey(AddKeyRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Removes a slot; <see cref="OptionsScope.List"/>.</summary>
    Task<KeysChangedResult> RemoveKey(RemoveKeyRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Puts the new key in the place of the old one, and may seal everything again; <see cref="OptionsScope.List"/>.</summary>
    Task<KeysChangedResult> RotateKeys(RotateKeysRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>The public keyring; <see cref="OptionsScope.List"/>.</summary>
    Task<KeyringResult> ExportKeyring(EngineRun run, CancellationToken cancellationToken);

    /// <summary>What retention would do; <see cref="OptionsScope.List"/>.</summary>
    Task<RetentionPlanResult> PlanRetention(EngineRun run, CancellationToken cancellationToken);

    /// <summary>Removes what no rule keeps and unpins what was removed before; <see cref="OptionsScope.List"/>.</summary>
    Task<RetentionResult> Retain(EngineRun run, CancellationToken cancellationToken);

    /// <summary>Removes one backup and what depends on it; <see cref="OptionsScope.List"/>.</summary>
    Task<RemoveResult> Remove(RemoveRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Protects a backup from retention, or ends that; <see cref="OptionsScope.List"/>.</summary>
    Task<ProtectResult> Protect(ProtectRequest request, EngineRun run, CancellationToken cancellationToken);

    /// <summary>Looks for what would make a backup fail; a finding that is bad is no exception. <see cref="OptionsScope.Backup"/>.</summary>
    Task<DoctorResult> Diagnose(EngineRun run, CancellationToken cancellationToken);

    /// <summary>Sends a test message by every channel that is set; <see cref="OptionsScope.General"/>.</summary>
    Task<AlertsTestResult> TestAlerts(EngineRun run, CancellationToken cancellationToken);
}

/// <summary>What a command gets beside its request: checked settings, logs, and where it tells how far it is.</summary>
public sealed record EngineRun(BackupOptions Options, ILoggerFactory Loggers, IProgress<ProgressUpdate> Progress)
{
    /// <summary>Keyrings that backups are opened with before their own copies.</summary>
    public IReadOnlyList<Keyring> Keyrings { get; init; } = [];
}

/// <summary>How far a stage is: done of total (0: not known) in units of the stage, and the bytes handled so far. May come from any thread.</summary>
public sealed record ProgressUpdate(string Stage, long Done, long Total, long Bytes);
