using BackupFunctions.Configuration;
using BackupFunctions.Scheduling;

namespace BackupFunctions.Monitoring;

/// <summary>When backups do not succeed.</summary>
public sealed record WatchSettings
{
    /// <summary>FULL_BACKUP_SCHEDULE; null is off, or no cron expression. Default: <c>0 2 * * 0</c>.</summary>
    public Schedule? Full { get; init; } = Schedule.Parse(Defaults.FullSchedule);

    /// <summary>INCREMENTAL_BACKUP_SCHEDULE, likewise. Default: <c>0 2 * * *</c>.</summary>
    public Schedule? Incremental { get; init; } = Schedule.Parse(Defaults.IncrementalSchedule);

    /// <summary>ALERT_NO_SUCCESS_HOURS, 1 to 8760: how old the last success of any type may be. Default: null, by the schedules.</summary>
    public TimeSpan? NoSuccess { get; init; }

    /// <summary>ALERT_OPLOG_HOURS, 0 to 8760: how long the source's oplog reaches beyond the next incremental backup. Default: 6 hours.</summary>
    public TimeSpan Oplog { get; init; } = TimeSpan.FromHours(Defaults.AlertOplogHours);

    /// <summary>ALERT_DEGRADED_HOURS, 0 to 8760: how long a backup may lack a verified copy. Default: 6 hours.</summary>
    public TimeSpan Degraded { get; init; } = TimeSpan.FromHours(Defaults.AlertDegradedHours);

    /// <summary>When the next backup is due; null when none is scheduled.</summary>
    public DateTimeOffset? Next(DateTimeOffset now) => new[] { Full?.After(now), Incremental?.After(now) }.Min();
}
