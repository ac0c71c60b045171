using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Retention;
using BackupFunctions.Simulation.Years.Source;

namespace BackupFunctions.Simulation.Years.Checks;

/// <summary>
/// What a policy promises, said anew and without the planner: of what was listed before a run or came with it, everything that a rule names must be listed after it. It may keep more.
/// </summary>
internal static class RetentionRules
{
    /// <summary>Broken promises, as sentences.</summary>
    public static IEnumerable<string> Broken(RetentionPolicy policy, DateTimeOffset now, ManifestState before, ManifestState after, SourceHistory source)
    {
        var left = after.Backups.Select(b => b.Id).ToHashSet();
        // what somebody asked to remove, and what had needed it, went by no rule, maybe in a revision that a later run finished
        var byHand = after.Removed.Where(t => t.Reason == "asked for" || t.Reason.EndsWith(", which it needs, was removed", StringComparison.Ordinal)).Select(t => t.Backup.Id).ToHashSet();
        // as they were last: a change of protection may have come with the run
        var all = after.Backups.Concat(after.Removed.Select(t => t.Backup)).Concat(before.Backups).DistinctBy(b => b.Id).Where(b => !byHand.Contains(b.Id) && (left.Contains(b.Id) || before.Removed.All(t => t.Backup.Id != b.Id))).ToList();
        // removed because others hold the same: not by a rule
        var tombstones = after.Removed.ToDictionary(t => t.Backup.Id, t => t.Reason);
        var gone = all.Where(b => !left.Contains(b.Id) && !(tombstones.TryGetValue(b.Id, out var reason) && reason.StartsWith("merged into", StringComparison.Ordinal))).ToList();
        if (gone.Count == 0) yield break;

        var past = all.Where(b => b.Type == BackupType.Full && b.Started <= now).OrderByDescending(b => b.Started).ToList();
        if (past.Count > 0 && !left.Contains(past[0].Id)) yield return $"the newest full backup {past[0].Id} was removed";
        foreach (var last in past.Take(policy.Last).Where(b => !left.Contains(b.Id))) yield return $"{last.Id} is one of the last {policy.Last} full backups and was removed";
        foreach (var (rule, count, period) in Periods(policy))
        {
            foreach (var newest in past.GroupBy(b => period(b.Started.UtcDateTime)).Take(count).Select(g => g.First()).Where(b => !left.Contains(b.Id)))
                yield return $"{newest.Id} of {newest.Started:u} is the newest {rule} one of the last {count} and was removed";
        }
        foreach (var kept in gone.Where(b => b.IsProtected)) yield return $"{kept.Id} is protected and was removed";
        foreach (var future in gone.Where(b => b.Started > now)) yield return $"{future.Id} is dated in the future and was removed";

        var (was, stays) = (Windows.Of(all, before.Coverage.Concat(after.Coverage)), Windows.Of(after.Backups, after.Coverage));
        foreach (var slice in after.Backups.Where(b => b is { Type: BackupType.Incremental, IsProtected: true, Oplog: not null }))
        {
            if (was.Any(w => w.Reached.Contains(slice.Oplog!.Through)) && !stays.Any(w => w.Reached.Contains(slice.Oplog!.Through))) yield return $"nothing leads to the protected slice {slice.Id} any more";
        }
        if (policy.Days <= 0) yield break;
        var newestStart = all.Select(b => b.Started).Where(t => t <= now).DefaultIfEmpty(now).Max();
        var since = newestStart - DateTimeOffset.UnixEpoch < TimeSpan.FromDays(policy.Days) ? new Optime(0, 1) : new Optime((uint)newestStart.AddDays(-policy.Days).ToUnixTimeSeconds(), 1);
        foreach (var full in past.Where(b => b.Started >= since.Time && !left.Contains(b.Id))) yield return $"full backup {full.Id} of {full.Started:u} is within {policy.Days} days and was removed";
        foreach (var window in was.Where(w => w.To >= since))
        {
            var from = window.From > since ? window.From : since;
            if (source.Between(from, window.To).Append(from).Where(p => !stays.Any(w => w.Has(p))).Order().FirstOrDefault() is { } lost)
                yield return $"{lost} ({lost.Time:u}) lies within {policy.Days} days, could be restored, and cannot be any more; removed were {string.Join(", ", gone.Select(b => $"{b.Id} of {b.Started:u}, {b.Oplog?.After} to {b.Oplog?.Through} ({tombstones.GetValueOrDefault(b.Id)})"))}";
        }
    }

    private static IEnumerable<(string, int, Func<DateTime, string>)> Periods(RetentionPolicy policy) =>
    [
        ("daily", policy.Daily, t => t.ToString("yyyyMMdd", CultureInfo.InvariantCulture)),
        ("weekly", policy.Weekly, t => $"{ISOWeek.GetYear(t)}/{ISOWeek.GetWeekOfYear(t)}"),
        ("monthly", policy.Monthly, t => t.ToString("yyyyMM", CultureInfo.InvariantCulture)),
        ("yearly", policy.Yearly, t => t.ToString("yyyy", CultureInfo.InvariantCulture)),
    ];
}
