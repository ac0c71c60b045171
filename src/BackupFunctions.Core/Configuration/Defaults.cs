namespace BackupFunctions.Configuration;

/// <summary>What holds for a setting that is not set.</summary>
public static class Defaults
{
    /// <summary>Of MONGODB_CATALOG_DATABASE.</summary>
    public const string CatalogDatabase = "backup_catalog";

    /// <summary>Of BACKUP_STAGING_CONTAINER.</summary>
    public const string StagingContainer = "backup-staging";

    /// <summary>Of BACKUP_COMPRESSION_LEVEL.</summary>
    public const int CompressionLevel = 3;

    /// <summary>Of IPFS_TIMEOUT_SECONDS.</summary>
    public static readonly TimeSpan NodeTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Of IPFS_CLUSTER_REPLICATION.</summary>
    public const int ClusterReplication = 2;

    /// <summary>Of FULL_BACKUP_SCHEDULE: on Sundays at 02:00 UTC.</summary>
    public const string FullSchedule = "0 2 * * 0";

    /// <summary>Of INCREMENTAL_BACKUP_SCHEDULE: every day at 02:00 UTC.</summary>
    public const string IncrementalSchedule = "0 2 * * *";

    /// <summary>Of RESUME_SCHEDULE: every 15 minutes.</summary>
    public const string ResumeSchedule = "*/15 * * * *";

    /// <summary>Of SCRUB_SCHEDULE: on Saturdays at 04:00 UTC.</summary>
    public const string ScrubSchedule = "0 4 * * 6";

    /// <summary>Of SCRUB_SHARE: every block in four runs.</summary>
    public const string ScrubShare = "1/4";

    /// <summary>Of DRILL_SCHEDULE: on the first of each month at 05:00 UTC.</summary>
    public const string DrillSchedule = "0 5 1 * *";

    /// <summary>Of RETENTION_SCHEDULE: every day at 02:30 UTC.</summary>
    public const string RetentionSchedule = "30 2 * * *";

    /// <summary>Of WATCH_SCHEDULE: every 5 minutes.</summary>
    public const string WatchSchedule = "*/5 * * * *";

    /// <summary>Of ALERT_REPEAT_HOURS: less than a day, so that a daily report is told daily.</summary>
    public const int AlertRepeatHours = 12;

    /// <summary>Of ALERT_MAX_PER_HOUR.</summary>
    public const int AlertsPerHour = 30;

    /// <summary>Of ALERT_OPLOG_HOURS.</summary>
    public const int AlertOplogHours = 6;

    /// <summary>Of ALERT_DEGRADED_HOURS.</summary>
    public const int AlertDegradedHours = 6;

    /// <summary>Of BACKUP_RETENTION_DAYS.</summary>
    public const int RetentionDays = 90;

    /// <summary>Of RETENTION_GRACE_HOURS.</summary>
    public const int RetentionGraceHours = 48;

    /// <summary>Of LOCAL_RETENTION_DAYS.</summary>
    public const int LocalRetentionDays = 7;

    /// <summary>Of BACKUP_LISTEN: this machine alone.</summary>
    public const string Listen = "http://127.0.0.1:7071";

    /// <summary>The most that BACKUP_PARALLELISM may be.</summary>
    public const int MaxParallelism = 64;

    /// <summary>Of BACKUP_PARALLELISM: the number of processors.</summary>
    public static int Parallelism => Math.Clamp(Environment.ProcessorCount, 1, MaxParallelism);

    /// <summary>
    /// Of BACKUP_STAGING: <c>backupfunctions/staging</c> in the user's state directory (XDG_STATE_HOME, else ~/.local/state, on Windows
    /// LOCALAPPDATA), in the temporary directory for a user without a home.
    /// </summary>
    public static string StagingDirectory(SettingsSource source) => Path.Combine(StateDirectory(source), "staging");

    /// <summary>Of BACKUP_JOURNAL: <c>journal.db</c> beside the staging directory.</summary>
    public static string JournalFile(SettingsSource source) => Path.Combine(StateDirectory(source), "journal.db");

    /// <summary>Of BACKUP_RECOVERY_KIT: <c>recovery-kit.json</c> beside the staging directory.</summary>
    public static string RecoveryKitFile(SettingsSource source)
    {
        var staging = source.Get(SettingNames.Staging)?.Trim();
        // what is no directory has nothing beside it
        var beside = staging is null || staging.Contains("://", StringComparison.Ordinal) || staging.Contains(';', StringComparison.Ordinal) || staging.Contains('=', StringComparison.Ordinal)
            ? StateDirectory(source)
            : Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(source.FullPath(staging))) ?? StateDirectory(source);
        return Path.Combine(beside, "recovery-kit.json");
    }

    private static string StateDirectory(SettingsSource source)
    {
        var state = source.Get("XDG_STATE_HOME") is { } xdg && Path.IsPathFullyQualified(xdg) ? xdg
            : OperatingSystem.IsWindows() && source.Get("LOCALAPPDATA") is { } local ? local
            : source.Get("HOME") is { } home ? Path.Combine(home, ".local", "state")
            : Path.GetTempPath();
        return Path.Combine(state, "backupfunctions");
    }
}
