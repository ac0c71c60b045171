using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Notifications;
using BackupFunctions.Scheduling;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Monitoring;

/// <summary>
/// No backup has succeeded for too long: not since the last moment of its schedule that lies back long enough for a run to end (a quarter of the time between two of them, an hour to a day), or for
/// longer than the hours that are set.
/// </summary>
internal static class OverdueRule
{
    private const string Hint = "the alerts and the log say why runs fail, or that none is started; `backupfn doctor` looks for what would make a backup fail";
    private static readonly TimeSpan s_leastSlack = TimeSpan.FromHours(1), s_mostSlack = TimeSpan.FromDays(1), s_longest = TimeSpan.FromDays(366);

    public static IEnumerable<Condition> Find(Observation seen, WatchSettings settings)
    {
        var found = settings.NoSuccess is { } limit
            ? new[] { ByHours(seen, limit) }
            : [BySchedule(seen, BackupType.Full, settings.Full), BySchedule(seen, BackupType.Incremental, settings.Incremental)];
        var overdue = found.OfType<Condition>().ToList();
        return seen.Manifest?.Latest() is null && overdue.Count == 0
            ? [new(AlertEvents.BackupOverdue, null, AlertLevel.Info, "there is no backup yet", "the schedule makes one, or `backupfn backup full`")]
            : overdue;
    }

    private static Condition? ByHours(Observation seen, TimeSpan limit)
    {
        var last = Last(seen, BackupType.Full) is { } full && full > Last(seen, BackupType.Incremental) ? full : Last(seen, BackupType.Incremental);
        return seen.At - (last ?? seen.Since) <= limit ? null : Make(BackupType.Full, last, string.Create(CultureInfo.InvariantCulture, $"for more than {limit.TotalHours:0} hours"));
    }

    private static Condition? BySchedule(Observation seen, BackupType type, Schedule? schedule)
    {
        if (schedule?.Latest(seen.At - s_longest, seen.At) is not { } newest || schedule.After(newest) is not { } next) return null;
        var slack = (next - newest) / 4;
        slack = slack < s_leastSlack ? s_leastSlack : slack > s_mostSlack ? s_mostSlack : slack;
        if (schedule.Latest(seen.At - s_longest, seen.At - slack) is not { } due) return null;
        var last = Last(seen, type);
        return (last ?? seen.Since) >= due ? null : Make(type, last, $"since it was due at {Human.Time(due)}");
    }

    private static DateTimeOffset? Last(Observation seen, BackupType type) => seen.Manifest is { } manifest ? LastSuccess.Of(manifest, type) : null;

    private static Condition Make(BackupType type, DateTimeOffset? last, string howLong) => new(AlertEvents.BackupOverdue, Human.Word(type), AlertLevel.Error,
        $"no {Human.Word(type)} backup has succeeded {howLong}; {(last is { } at ? $"the last one did at {Human.Time(at)}" : "none ever has")}", Hint);
}
