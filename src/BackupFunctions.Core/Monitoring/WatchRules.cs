using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Monitoring;

/// <summary>What is wrong by what was seen: one set of rules for health and for alerts.</summary>
public static class WatchRules
{
    private const string LookAtRuns = "the alerts and the log say why runs fail; `backupfn doctor` looks for what would make a backup fail";

    /// <summary>All that is wrong, the worst first.</summary>
    public static IReadOnlyList<Condition> Find(Observation seen, WatchSettings settings) =>
        [.. Everything(seen, settings).OrderByDescending(c => c.Level)];

    /// <summary>What certainly is not wrong, for causes that others may have told of.</summary>
    public static IReadOnlyList<Cleared> Clear(Observation seen, IReadOnlyList<Condition> found)
    {
        var causes = new List<Cleared>();
        if (seen.CatalogueProblem is null) causes.Add(new(AlertEvents.CatalogueUnreachable, seen.At));
        if (seen.SourceProblem is null) causes.Add(new(AlertEvents.SourceUnreachable, seen.At));
        if (seen.Oplog is not null) causes.Add(new(AlertEvents.OplogHeadroom, seen.At));
        if (seen.ConflictIsKnown) causes.Add(new(AlertEvents.ManifestConflict, seen.At));
        causes.AddRange(seen.Nodes.Select((_, n) => new Cleared(Cause(AlertEvents.NodeUnreachable, Number(n)), seen.At)));
        if (seen.Manifest is { } manifest) causes.AddRange(Clear(manifest, seen.At));
        var holding = found.Select(c => c.ToAlert(seen.At).Cause).ToHashSet(StringComparer.Ordinal);
        return [.. causes.Where(c => !holding.Contains(c.Cause))];
    }

    private static IEnumerable<Cleared> Clear(ManifestState manifest, DateTimeOffset now)
    {
        yield return new(AlertEvents.OplogGap, now);
        yield return new(AlertEvents.PinsFailing, now);
        if (manifest.Damaged.Count == 0) yield return new(AlertEvents.ScrubFinding, now);
        if (manifest.Drills is [.., { Outcome: not DrillOutcome.Failed } drill]) yield return new(AlertEvents.DrillFailed, drill.At);
        foreach (var type in Enum.GetValues<BackupType>())
        {
            yield return new(Cause(AlertEvents.BackupOverdue, Human.Word(type)), now);
            if (!manifest.Backups.Any(b => b.IsDegraded && b.Type == type)) yield return new(Cause(AlertEvents.BackupDegraded, Human.Word(type)), now);
            // somebody else may have made it
            if (LastSuccess.Of(manifest, type) is { } success) yield return new(Cause(AlertEvents.BackupFailed, Human.Word(type)), success);
        }
    }

    private static IEnumerable<Condition> Everything(Observation seen, WatchSettings settings)
    {
        if (seen.CatalogueProblem is { } problem) yield return new(AlertEvents.CatalogueUnreachable, null, AlertLevel.Error, problem.Text, problem.Hint ?? "start the catalogue's server, or correct MONGODB_CATALOG_URI");
        if (seen.Conflict is { } conflict) yield return new(AlertEvents.ManifestConflict, null, AlertLevel.Error, $"{conflict}: no backup is made", "`backupfn recover` brings the catalogue up to date");
        foreach (var node in Nodes(seen)) yield return node;
        if (seen.SourceProblem is { } down) yield return new(AlertEvents.SourceUnreachable, null, AlertLevel.Warning, down, "start the server, or correct MONGODB_URI");
        if (seen.CatalogueProblem is null)
        {
            foreach (var overdue in OverdueRule.Find(seen, settings)) yield return overdue;
        }
        if (seen.Manifest is not { } manifest) yield break;
        foreach (var recorded in Recorded(manifest, seen, settings)) yield return recorded;
    }

    private static IEnumerable<Condition> Nodes(Observation seen)
    {
        var level = seen.Nodes.All(n => !n.Ok) ? AlertLevel.Error : AlertLevel.Warning;
        return seen.Nodes.Select((node, n) => (node, n)).Where(x => !x.node.Ok)
            .Select(x => new Condition(AlertEvents.NodeUnreachable, Number(x.n), level, x.node.Problem!, x.node.Hint ?? $"start the node, or correct IPFS_NODE_{Number(x.n)}_URL"));
    }

    private static IEnumerable<Condition> Recorded(ManifestState manifest, Observation seen, WatchSettings settings)
    {
        foreach (var type in Enum.GetValues<BackupType>())
        {
            if (manifest.Failures.LastOrDefault(f => f.Type == type) is not { } failed || LastSuccess.Of(manifest, type) >= failed.Ended) continue;
            yield return new(AlertEvents.BackupFailed, Human.Word(type), AlertLevel.Error, $"the last {Human.Word(type)} backup failed at {Human.Time(failed.Ended)} ({Human.Word(failed.Reason)}), and none has succeeded since", LookAtRuns);
        }
        if (OplogTimeline.Of(manifest).Gaps is [.., { Before: null, Reason: not null } gap])
            yield return new(AlertEvents.OplogGap, null, AlertLevel.Error, $"nothing after {Human.Time(gap.After.Time)} can be restored: the oplog does not go on where the chain ends", gap.Reason == OplogGapReason.NotReplayable ? "`backupfn backup full` starts a new chain" : "`backupfn backup full` starts a new chain; make the oplog larger (replSetResizeOplog), or back up more often");
        var degraded = manifest.Backups.Where(b => b.IsDegraded && seen.At - b.Completed > settings.Degraded).ToList();
        if (degraded.Count > 0)
            yield return new(AlertEvents.PinsFailing, null, AlertLevel.Warning, string.Create(CultureInfo.InvariantCulture, $"{degraded.Count} backups lack a verified, pinned copy for more than {settings.Degraded.TotalHours:0} hours, the oldest of {Human.Time(degraded[0].Completed)}"),
                "mend the node that the alerts of these backups name; `backupfn resume` makes the copies");
        var damaged = manifest.Damaged.Select(d => d.Backup).Distinct().ToList();
        if (damaged.Count > 0)
            yield return new(AlertEvents.ScrubFinding, null, AlertLevel.Error, $"a copy lacks blocks that could not be healed, of the backups {string.Join(", ", damaged)}", "`backupfn scrub --all` tries again and tells more; make a new full backup");
        if (Headroom(manifest, seen, settings) is { } headroom) yield return headroom;
    }

    // as it will be when the next incremental backup comes
    private static Condition? Headroom(ManifestState manifest, Observation seen, WatchSettings settings)
    {
        if (seen.Oplog is not { IsTelling: true } oplog || LastSuccess.Covered(manifest) is not { } covered) return null;
        var next = settings.Incremental?.After(seen.At) ?? seen.At;
        var left = oplog.Keeps(covered, seen.At) - (next - seen.At);
        if (left >= settings.Oplog) return null;
        var text = left > TimeSpan.Zero ? $"will reach back beyond the last entry that is backed up by {Human.Duration(left)} only" : "may not reach back to the last entry that is backed up";
        return new(AlertEvents.OplogHeadroom, null, AlertLevel.Warning, $"the oplog of the source {text}, when the next incremental backup is due; it spans {Human.Duration(oplog.Window)}",
            "make the oplog larger (replSetResizeOplog), or back up more often (INCREMENTAL_BACKUP_SCHEDULE)");
    }

    private static string Number(int node) => (node + 1).ToString(CultureInfo.InvariantCulture);

    private static string Cause(string name, string subject) => $"{name}/{subject}";
}
