using System.Reflection;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions.Tests;

public class TimerSchedulesTests
{
    [Fact]
    public void What_is_set_comes_the_soonest_first_and_what_is_no_cron_expression_not_at_all() =>
        Upcoming(("SCRUB_SCHEDULE", "0 0 4 29 2 *"), ("FULL_BACKUP_SCHEDULE", "*/5 * * * *"), ("DRILL_SCHEDULE", "%OTHER%"), ("RETENTION_SCHEDULE", " ")).ShouldBe(
            [("FullBackup", new DateTimeOffset(2026, 3, 4, 5, 10, 0, TimeSpan.Zero)), ("Scrub", new DateTimeOffset(2028, 2, 29, 4, 0, 0, TimeSpan.Zero))]);

    [Fact]
    public void Every_timer_that_starts_a_workflow_is_told()
    {
        var timers = typeof(Timers).GetMethods().SelectMany(m => m.GetParameters()).Select(p => p.GetCustomAttribute<TimerTriggerAttribute>()?.Schedule.Trim('%')).OfType<string>().Where(s => s != "WATCH_SCHEDULE").ToList();
        Upcoming([.. timers.Select(t => (t, "* * * * *"))]).Count.ShouldBe(timers.Count);
    }

    private static List<(string, DateTimeOffset?)> Upcoming(params (string Name, string Value)[] settings)
    {
        var source = new SettingsSource(settings.ToDictionary(s => s.Name, s => s.Value), new Dictionary<string, string>(), "/", new DiskFiles());
        return [.. new TimerSchedules(source, new StandingTime()).Upcoming().Select(r => (r.Workflow, r.Next))];
    }

    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    }
}
