namespace BackupFunctions.Configuration;

/// <summary>The names of the settings, as they stand in the environment.</summary>
public static class SettingNames
{
    /// <summary>Connection string of the replica set that is backed up.</summary>
    public const string MongoUri = "MONGODB_URI";

    /// <summary>Where the head of the manifest lives.</summary>
    public const string CatalogUri = "MONGODB_CATALOG_URI";

    /// <summary>The database of the catalogue.</summary>
    public const string CatalogDatabase = "MONGODB_CATALOG_DATABASE";

    /// <summary>A raw key: 32 bytes in base64 or hex.</summary>
    public const string Key = "BACKUP_ENCRYPTION_KEY";

    /// <summary>A file that holds the raw key.</summary>
    public const string KeyFile = "BACKUP_ENCRYPTION_KEY_FILE";

    /// <summary>A command that prints the raw key.</summary>
    public const string KeyCommand = "BACKUP_ENCRYPTION_KEY_COMMAND";

    /// <summary>A passphrase.</summary>
    public const string Passphrase = "BACKUP_ENCRYPTION_PASSPHRASE";

    /// <summary>A file that holds the passphrase.</summary>
    public const string PassphraseFile = "BACKUP_ENCRYPTION_PASSPHRASE_FILE";

    /// <summary>The raw key that takes the place of the other when keys are rotated.</summary>
    public const string NewKey = "BACKUP_NEW_ENCRYPTION_KEY";

    /// <summary>A file that holds the new raw key.</summary>
    public const string NewKeyFile = "BACKUP_NEW_ENCRYPTION_KEY_FILE";

    /// <summary>A command that prints the new raw key.</summary>
    public const string NewKeyCommand = "BACKUP_NEW_ENCRYPTION_KEY_COMMAND";

    /// <summary>The new passphrase.</summary>
    public const string NewPassphrase = "BACKUP_NEW_ENCRYPTION_PASSPHRASE";

    /// <summary>A file that holds the new passphrase.</summary>
    public const string NewPassphraseFile = "BACKUP_NEW_ENCRYPTION_PASSPHRASE_FILE";

    /// <summary>Namespace patterns to back up.</summary>
    public const string Include = "BACKUP_INCLUDE";

    /// <summary>Namespace patterns to leave out.</summary>
    public const string Exclude = "BACKUP_EXCLUDE";

    /// <summary>Where sealed segments wait for their upload.</summary>
    public const string Staging = "BACKUP_STAGING";

    /// <summary>The container in the storage account that the setting before names by a connection string.</summary>
    public const string StagingContainer = "BACKUP_STAGING_CONTAINER";

    /// <summary>The file of the newest recovery kit.</summary>
    public const string RecoveryKit = "BACKUP_RECOVERY_KIT";

    /// <summary>The directory of a vault beside the nodes, for fast recovery.</summary>
    public const string LocalVault = "LOCAL_VAULT_PATH";

    /// <summary>How much is done at once.</summary>
    public const string Parallelism = "BACKUP_PARALLELISM";

    /// <summary>The zstd level.</summary>
    public const string CompressionLevel = "BACKUP_COMPRESSION_LEVEL";

    /// <summary>Upper bound of the transfer rate.</summary>
    public const string RateLimit = "BACKUP_RATE_LIMIT";

    /// <summary>How long nothing may move on the wire to a node.</summary>
    public const string NodeTimeout = "IPFS_TIMEOUT_SECONDS";

    /// <summary>How many peers of the cluster keep a pin.</summary>
    public const string ClusterReplication = "IPFS_CLUSTER_REPLICATION";

    /// <summary>Addresses of trustless gateways, which restores read from last.</summary>
    public const string Gateways = "IPFS_GATEWAY_URL";

    /// <summary>The key of the HTTP API.</summary>
    public const string ApiKey = "BACKUP_API_KEY";

    /// <summary>A file that holds the key of the HTTP API.</summary>
    public const string ApiKeyFile = "BACKUP_API_KEY_FILE";

    /// <summary>Where Standalone listens.</summary>
    public const string Listen = "BACKUP_LISTEN";

    /// <summary>The journal of Standalone.</summary>
    public const string Journal = "BACKUP_JOURNAL";

    /// <summary>When full backups are made.</summary>
    public const string FullSchedule = "FULL_BACKUP_SCHEDULE";

    /// <summary>When incremental backups are made.</summary>
    public const string IncrementalSchedule = "INCREMENTAL_BACKUP_SCHEDULE";

    /// <summary>When copies are scrubbed.</summary>
    public const string ScrubSchedule = "SCRUB_SCHEDULE";

    /// <summary>Which share of its blocks a scrub reads of each copy.</summary>
    public const string ScrubShare = "SCRUB_SHARE";

    /// <summary>When restore drills are held.</summary>
    public const string DrillSchedule = "DRILL_SCHEDULE";

    /// <summary>The server that restore drills use.</summary>
    public const string DrillUri = "DRILL_URI";

    /// <summary>When unfinished uploads are gone on with.</summary>
    public const string ResumeSchedule = "RESUME_SCHEDULE";

    /// <summary>How many days every point stays restorable.</summary>
    public const string RetentionDays = "BACKUP_RETENTION_DAYS";

    /// <summary>How many full backups stay.</summary>
    public const string KeepLast = "BACKUP_KEEP_LAST";

    /// <summary>Of how many days a full backup stays.</summary>
    public const string KeepDaily = "BACKUP_KEEP_DAILY";

    /// <summary>Of how many weeks a full backup stays.</summary>
    public const string KeepWeekly = "BACKUP_KEEP_WEEKLY";

    /// <summary>Of how many months a full backup stays.</summary>
    public const string KeepMonthly = "BACKUP_KEEP_MONTHLY";

    /// <summary>Of how many years a full backup stays.</summary>
    public const string KeepYearly = "BACKUP_KEEP_YEARLY";

    /// <summary>How long the pins of a removed backup stay.</summary>
    public const string RetentionGrace = "RETENTION_GRACE_HOURS";

    /// <summary>Whether retention follows each backup.</summary>
    public const string RetentionAfterBackup = "RETENTION_AFTER_BACKUP";

    /// <summary>When retention runs by itself.</summary>
    public const string RetentionSchedule = "RETENTION_SCHEDULE";

    /// <summary>How many days of backups the local vault keeps.</summary>
    public const string LocalRetention = "LOCAL_RETENTION_DAYS";

    /// <summary>When it is looked whether backups succeed, and what could not be told is told again.</summary>
    public const string WatchSchedule = "WATCH_SCHEDULE";

    /// <summary>Where alerts are posted to; whoever knows it can post there.</summary>
    public const string WebhookUrl = "WEBHOOK_URL";

    /// <summary>A file that holds that address.</summary>
    public const string WebhookUrlFile = "WEBHOOK_URL_FILE";

    /// <summary>What is posted: generic, slack or teams.</summary>
    public const string WebhookFormat = "WEBHOOK_FORMAT";

    /// <summary>The mail server that takes alerts.</summary>
    public const string SmtpHost = "SMTP_HOST";

    /// <summary>Its port.</summary>
    public const string SmtpPort = "SMTP_PORT";

    /// <summary>How it is spoken to: starttls, tls or none.</summary>
    public const string SmtpTls = "SMTP_TLS";

    /// <summary>Who logs in there.</summary>
    public const string SmtpUser = "SMTP_USER";

    /// <summary>The password of that user.</summary>
    public const string SmtpPassword = "SMTP_PASSWORD";

    /// <summary>A file that holds the password.</summary>
    public const string SmtpPasswordFile = "SMTP_PASSWORD_FILE";

    /// <summary>The sender of alerts.</summary>
    public const string SmtpFrom = "SMTP_FROM";

    /// <summary>Who gets them.</summary>
    public const string SmtpTo = "SMTP_TO";

    /// <summary>The least level that is told.</summary>
    public const string AlertLevel = "ALERT_LEVEL";

    /// <summary>After how long the same cause is told again.</summary>
    public const string AlertRepeat = "ALERT_REPEAT_HOURS";

    /// <summary>How many alerts a receiver gets in an hour.</summary>
    public const string AlertRate = "ALERT_MAX_PER_HOUR";

    /// <summary>How long there may be no backup.</summary>
    public const string AlertNoSuccess = "ALERT_NO_SUCCESS_HOURS";

    /// <summary>How long the source's oplog has to reach beyond the next incremental backup.</summary>
    public const string AlertOplog = "ALERT_OPLOG_HOURS";

    /// <summary>How long a backup may lack a verified copy.</summary>
    public const string AlertDegraded = "ALERT_DEGRADED_HOURS";

    /// <summary>A file that gets the log lines, too.</summary>
    public const string LogFile = "LOG_FILE";

    /// <summary>Where traces and metrics are sent to.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>What is sent along, a key of the collector for example.</summary>
    public const string OtlpHeaders = "OTEL_EXPORTER_OTLP_HEADERS";

    /// <summary>How: grpc or http/protobuf.</summary>
    public const string OtlpProtocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>Address of node 1 or 2.</summary>
    public static string NodeUrl(int node) => $"IPFS_NODE_{node}_URL";

    /// <summary>Bearer token of node 1 or 2.</summary>
    public static string NodeToken(int node) => $"IPFS_NODE_{node}_TOKEN";

    /// <summary>The file of certificate authorities of node 1 or 2.</summary>
    public static string NodeCaFile(int node) => $"IPFS_NODE_{node}_CA_FILE";

    /// <summary>Address of the cluster peer in front of node 1 or 2.</summary>
    public static string ClusterUrl(int node) => $"IPFS_CLUSTER_NODE_{node}";

    /// <summary>Bearer token of that peer.</summary>
    public static string ClusterToken(int node) => $"IPFS_CLUSTER_NODE_{node}_TOKEN";

    /// <summary>The file of certificate authorities of that peer.</summary>
    public static string ClusterCaFile(int node) => $"IPFS_CLUSTER_NODE_{node}_CA_FILE";
}
