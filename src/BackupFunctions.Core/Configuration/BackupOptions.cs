using System.Runtime.CompilerServices;
using BackupFunctions.Mongo;
using BackupFunctions.Monitoring;
using BackupFunctions.Notifications;
using BackupFunctions.Retention;

namespace BackupFunctions.Configuration;

/// <summary>
/// The settings, checked and typed. Those that the scope did not ask for throw <see cref="InvalidOperationException"/> when read. Holds secrets:
/// its text form shows none.
/// </summary>
public sealed record BackupOptions
{
    /// <summary>MONGODB_URI: the connection string of the replica set that is backed up. No default.</summary>
    public string SourceUri { get => Loaded(field); init; } = null!;

    /// <summary>
    /// MONGODB_CATALOG_URI (default: the source) with MONGODB_CATALOG_DATABASE (default: <c>backup_catalog</c>); null where the scope does not ask
    /// for a catalogue, or takes one only if it is set.
    /// </summary>
    public CatalogSetting? Catalog { get; init; }

    /// <summary>
    /// The one of BACKUP_ENCRYPTION_KEY, BACKUP_ENCRYPTION_KEY_FILE, BACKUP_ENCRYPTION_KEY_COMMAND, BACKUP_ENCRYPTION_PASSPHRASE and
    /// BACKUP_ENCRYPTION_PASSPHRASE_FILE that is set. No default.
    /// </summary>
    public KeySetting Key { get => Loaded(field); init; } = null!;

    /// <summary>
    /// The one of BACKUP_NEW_ENCRYPTION_KEY and its forms that is set, as for <see cref="Key"/>: the key that a rotation puts in its place, and which opens
    /// backups as well from then on. Default: null, none.
    /// </summary>
    public KeySetting? NewKey { get; init; }

    /// <summary>
    /// IPFS_NODE_1_URL and IPFS_NODE_2_URL with their IPFS_NODE_n_TOKEN and IPFS_NODE_n_CA_FILE, and IPFS_TIMEOUT_SECONDS (1 to 86400, default: 60):
    /// two different nodes, in this order. No default. Where IPFS_CLUSTER_NODE_n is set (with its _TOKEN and _CA_FILE, and IPFS_CLUSTER_REPLICATION: -1, or 1 to
    /// 1000, default: 2), the peer of the cluster stands in the place of its node.
    /// </summary>
    public IReadOnlyList<NodeSetting> Nodes { get => Loaded(field); init; } = null!;

    /// <summary>IPFS_GATEWAY_URL: trustless gateways, comma-separated, which backups are read from when nothing else gives a block. Default: none.</summary>
    public IReadOnlyList<NodeSetting> Gateways { get; init; } = [];

    /// <summary>BACKUP_INCLUDE: what is backed up, comma-separated patterns as <see cref="NamespacePattern"/> has them. Default: everything.</summary>
    public IReadOnlyList<NamespacePattern> Include { get; init; } = [];

    /// <summary>BACKUP_EXCLUDE: patterns as in <see cref="Include"/>, taken away from it. Default: nothing.</summary>
    public IReadOnlyList<NamespacePattern> Exclude { get; init; } = [];

    /// <summary>
    /// BACKUP_STAGING: where sealed segments wait: a directory (default: <see cref="Defaults.StagingDirectory"/>), a connection string of a storage account with
    /// BACKUP_STAGING_CONTAINER (default: <c>backup-staging</c>), or the address of a container.
    /// </summary>
    public required StagingSetting Staging { get; init; }

    /// <summary>BACKUP_RECOVERY_KIT: the file of the newest recovery kit, absolute. Default: <see cref="Defaults.RecoveryKitFile"/>.</summary>
    public required string RecoveryKitFile { get; init; }

    /// <summary>LOCAL_VAULT_PATH: the directory of a vault that gets a copy beside the nodes and is read first, absolute. Default: null, none.</summary>
    public string? LocalVault { get; init; }

    /// <summary>BACKUP_PARALLELISM: how many things are done at once, 1 to 64. Default: the number of processors.</summary>
    public int Parallelism { get; init; } = Defaults.Parallelism;

    /// <summary>BACKUP_COMPRESSION_LEVEL: of zstd, 1 to 19. Default: 3.</summary>
    public int CompressionLevel { get; init; } = Defaults.CompressionLevel;

    /// <summary>BACKUP_RATE_LIMIT, set in MB (1,000,000 bytes) per second: upper bound of a transfer in bytes per second. Default: null, none.</summary>
    public long? RateLimit { get; init; }

    /// <summary>SCRUB_SHARE, <c>1/n</c> with n from 1 to 1000: in how many runs a scrub reads every block of a copy. Default: <c>1/4</c>, in 4.</summary>
    public int ScrubSlices { get; init; } = 4;

    /// <summary>DRILL_URI: the connection string of the server that restore drills use, under names of their own. Default: null, a scratch server of the host.</summary>
    public string? DrillUri { get; init; }

    /// <summary>
    /// BACKUP_RETENTION_DAYS (0 to 36500, default: 90) and BACKUP_KEEP_LAST, _DAILY, _WEEKLY, _MONTHLY and _YEARLY (0 to 100000, default: 0), of which one is set; RETENTION_GRACE_HOURS (1 to 8760,
    /// default: 48); LOCAL_RETENTION_DAYS (1 to 36500, default: 7).
    /// </summary>
    public RetentionSettings Retention { get => Loaded(field); init; } = null!;

    /// <summary>RETENTION_AFTER_BACKUP: whether retention follows each backup. Default: true.</summary>
    public bool RetentionAfterBackup { get; init; } = true;

    /// <summary>WEBHOOK_*, SMTP_*, ALERT_LEVEL, ALERT_REPEAT_HOURS and ALERT_MAX_PER_HOUR: who is told, and how much.</summary>
    public AlertSettings Alerts { get; init; } = new();

    /// <summary>ALERT_NO_SUCCESS_HOURS, ALERT_OPLOG_HOURS and ALERT_DEGRADED_HOURS, and the schedules of backups: when they do not succeed.</summary>
    public WatchSettings Watch { get; init; } = new();

    /// <summary>Knows the secrets among the settings.</summary>
    public SecretRedactor Redactor { get; init; } = new();

    /// <summary>What is allowed and probably not meant, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// Reads and checks what the scope needs. Fails with one <see cref="ErrorKind.Configuration"/> error that lists every problem at once; nothing
    /// is connected to and no key is read.
    /// </summary>
    public static BackupOptions Load(SettingsSource source, OptionsScope scope) => Load(source, scope, []);

    /// <summary>As <see cref="Load(SettingsSource, OptionsScope)"/>, with nodes at these addresses (one at least) in place of the two that are set; the n-th has the IPFS_NODE_n_TOKEN and IPFS_NODE_n_CA_FILE.</summary>
    public static BackupOptions Load(SettingsSource source, OptionsScope scope, IReadOnlyList<string> nodes)
    {
        var (options, problems) = Check(source, scope, nodes);
        return problems.Count == 0 ? options : throw SettingProblem.ToException(problems);
    }

    /// <summary>As <see cref="Load(SettingsSource, OptionsScope)"/>, giving the problems; the options are whole only when there are none, their warnings always.</summary>
    public static (BackupOptions Options, IReadOnlyList<SettingProblem> Problems) Check(SettingsSource source, OptionsScope scope) => Check(source, scope, []);

    /// <summary>As <see cref="Check(SettingsSource, OptionsScope)"/>, with nodes at these addresses as for <see cref="Load(SettingsSource, OptionsScope, IReadOnlyList{string})"/>, if there are any.</summary>
    public static (BackupOptions Options, IReadOnlyList<SettingProblem> Problems) Check(SettingsSource source, OptionsScope scope, IReadOnlyList<string> nodes)
    {
        var reader = new OptionsReader(source);
        var redactor = SecretRedactor.From(source);
        var options = new BackupOptions
        {
            RecoveryKitFile = reader.Get(SettingNames.RecoveryKit) is { } kit ? source.FullPath(kit) : Defaults.RecoveryKitFile(source),
            Staging = StagingReader.Read(reader),
            LocalVault = reader.Get(SettingNames.LocalVault) is { } vault ? Path.GetFullPath(vault) : null,
            Include = reader.Patterns(SettingNames.Include),
            Exclude = reader.Patterns(SettingNames.Exclude),
            Parallelism = reader.Integer(SettingNames.Parallelism, 1, Defaults.MaxParallelism, Defaults.Parallelism, "4"),
            CompressionLevel = reader.Integer(SettingNames.CompressionLevel, 1, 19, Defaults.CompressionLevel, "3"),
            RateLimit = reader.RateLimit(),
            ScrubSlices = reader.ScrubSlices(),
            DrillUri = MongoReader.Drill(reader),
            Retention = RetentionReader.Read(reader),
            RetentionAfterBackup = reader.Boolean(SettingNames.RetentionAfterBackup, true),
            Alerts = AlertReader.Read(reader, redactor),
            Watch = WatchReader.Read(reader),
            Redactor = redactor,
        };
        TelemetryReader.Check(reader);
        if (scope.HasFlag(OptionsScope.Source)) options = options with { SourceUri = MongoReader.Source(reader)! };
        if (scope.HasFlag(OptionsScope.Catalog)) options = options with { Catalog = MongoReader.Catalog(reader, required: true) };
        else if (scope.HasFlag(OptionsScope.CatalogIfSet)) options = options with { Catalog = MongoReader.Catalog(reader, required: false) };
        if (scope.HasFlag(OptionsScope.Key)) options = options with { Key = KeyReader.Read(reader)!, NewKey = KeyReader.ReadNew(reader) };
        if (nodes.Count > 0) options = options with { Nodes = NodeReader.Given(reader, nodes), Gateways = GatewayReader.Read(reader) };
        else if (scope.HasFlag(OptionsScope.Nodes)) options = options with { Nodes = NodeReader.Read(reader), Gateways = GatewayReader.Read(reader) };
        return (options with { Warnings = [.. reader.Warnings, .. UnknownSettings.Warnings(source)] }, reader.Problems);
    }

    /// <inheritdoc/>
    public override string ToString() => nameof(BackupOptions);

    private static T Loaded<T>(T? value, [CallerMemberName] string property = "") where T : class =>
        value ?? throw new InvalidOperationException($"settings were loaded by a scope without {property}");
}
