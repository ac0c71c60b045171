using BackupFunctions.Api.Messages;
using BackupFunctions.Configuration;
using BackupFunctions.Scheduling;
using BackupFunctions.Workflows;

namespace BackupFunctions.Functions;

/// <summary>When <see cref="Timers"/> start their workflows, by the app settings that the host reads: it knows no defaults.</summary>
internal sealed class TimerSchedules(SettingsSource settings, TimeProvider time)
{
    private static readonly (string Workflow, string Setting)[] s_timers =
    [
        (FullBackupWorkflow.Name, SettingNames.FullSchedule),
        (IncrementalBackupWorkflow.Name, SettingNames.IncrementalSchedule),
        (ResumeUploadsWorkflow.Name, SettingNames.ResumeSchedule),
        (RetentionWorkflow.Name, SettingNames.RetentionSchedule),
        (ScrubWorkflow.Name, SettingNames.ScrubSchedule),
        (RestoreDrillWorkflow.Name, SettingNames.DrillSchedule),
    ];

    /// <summary>What is started next, the soonest first.</summary>
    public IReadOnlyList<ScheduledRun> Upcoming()
    {
        var now = time.GetUtcNow();
        var runs = from timer in s_timers
                   let schedule = settings.Get(timer.Setting) is { } text ? Schedule.TryParse(text) : null
                   where schedule is not null
                   select new ScheduledRun(timer.Workflow, schedule.After(now));
        return [.. runs.OrderBy(r => r.Next ?? DateTimeOffset.MaxValue)];
    }
}
