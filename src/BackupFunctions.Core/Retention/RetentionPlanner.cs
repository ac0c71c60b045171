using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Retention;

/// <summary>
/// Decides which backups stay. Rules choose full backups; slices live with what they continue: a full backup that days or "last" keep stays with every point behind it, one that
/// another rule keeps is a snapshot. Pure: the same manifest, rules and time give the same plan, and a plan that was carried out removes nothing more.
/// </summary>
internal sealed class RetentionPlanner
{
    private readonly ManifestState _state;
    private readonly RetentionPolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly StagedNeeds _staged;
    private readonly OplogTimeline _timeline;
    private readonly IReadOnlyList<BackupEntry> _backups, _fulls;
    private readonly IReadOnlyList<FullChain> _chains;
    private readonly Dictionary<BackupId, List<string>> _kept = [];
    // what stayed before backups that a node lacks were left out of account: there is nothing to add to its reasons
    private HashSet<BackupId> _before = [];

    private RetentionPlanner(ManifestState state, RetentionPolicy policy, DateTimeOffset now, StagedNeeds staged)
    {
        (_state, _policy, _now, _staged) = (state, policy, now, staged);
        _backups = [.. state.Backups];
        var listed = _backups.Select(b => b.Id).ToHashSet();
        _timeline = new(_backups.Concat(staged.Backups.Where(s => !listed.Contains(s.Id))), state.Coverage, state.Gaps);
        // what is not recorded yet stands for nothing that is
        _chains = [.. _timeline.Chains.Where(c => listed.Contains(c.Full.Id))];
        _fulls = [.. _backups.Where(b => b.Type == BackupType.Full).OrderByDescending(b => b.Started).ThenByDescending(b => b.Id)];
    }

    /// <summary>The plan; a policy without a rule is a <see cref="ErrorKind.Configuration"/> error.</summary>
    public static RetentionPlan Plan(ManifestState state, RetentionPolicy policy, DateTimeOffset now, StagedNeeds staged) => policy.IsEmpty
        ? throw new BackupException(ErrorKind.Configuration, "plan retention: no rule keeps anything", "set BACKUP_RETENTION_DAYS, or one of BACKUP_KEEP_LAST, _DAILY, _WEEKLY, _MONTHLY and _YEARLY")
        : new RetentionPlanner(state, policy, now, staged).Run();

    private RetentionPlan Run()
    {
        var since = Since();
        foreach (var backup in _backups) KeepForItself(backup, since);
        foreach (var waiting in _staged.Backups.Where(s => s.Type == BackupType.Incremental)) KeepNeeds(waiting, "a backup in staging continues it");
        KeepNewest(_fulls, _chains, "newest full backup", "leads to the newest point");
        KeepByRules(PastFulls(_fulls));
        KeepPoints(_fulls, _chains, since);
        // one that a node lacks stands for no other, because it can be lost with one disk: what would stay without it stays too
        _before = [.. _kept.Keys];
        KeepNewest([.. _fulls.Where(IsWhole)], [.. _chains.Where(c => IsWhole(c.Full))], "newest full backup on all nodes", "leads to the newest point from all nodes");
        KeepByRules([.. PastFulls(_fulls).Where(IsWhole)]);
        KeepPoints([.. _fulls.Where(IsWhole)], [.. _chains.Where(c => IsWhole(c.Full))], since);
        KeepWhatIsContinued();
        KeepRolledBack();
        return new([.. _backups.Select(b => _kept.TryGetValue(b.Id, out var reasons) ? new RetentionItem(b, true, reasons) : new(b, false, [WhyRemoved(b)]))], since);
    }

    // counted from the newest backup: a clock that is ahead removes nothing, and neither does time in which no backups are made
    private DateTimeOffset? Since()
    {
        if (_policy.Days <= 0) return null;
        var newest = _backups.Select(b => b.Started).Where(t => t <= _now).DefaultIfEmpty(_now).Max();
        return newest - DateTimeOffset.UnixEpoch < TimeSpan.FromDays(_policy.Days) ? DateTimeOffset.UnixEpoch : newest.AddDays(-_policy.Days);
    }

    private void KeepForItself(BackupEntry backup, DateTimeOffset? since)
    {
        if (backup.IsProtected) KeepWithNeeds(backup, "protected");
        if (backup.Started > _now) KeepWithNeeds(backup, "dated in the future");
        if (_staged.Bases.Contains(backup.Root)) Keep(backup, "a backup that is under way builds on it");
        if (since is not { } from) return;
        if (backup.Type == BackupType.Full && backup.Started >= from) Keep(backup, WithinDays);
        else if (backup is { Type: BackupType.Incremental, Oplog: { } oplog } && _timeline.IsHistory(backup) && oplog.Through.Optime.Time >= from && !_chains.Any(c => c.Reaches(oplog.After)))
            Keep(backup, $"{WithinDays}, though no full backup leads to it");
    }

    private void KeepNewest(IReadOnlyList<BackupEntry> fulls, IReadOnlyList<FullChain> chains, string newestReason, string pointReason)
    {
        if (PastFulls(fulls).Concat(fulls).FirstOrDefault() is { } newest)
        {
            Keep(newest, newestReason);
            if (ChainOf(newest) is { } own) KeepSlices(own, own.All, "continues the newest full backup");
        }
        if (chains.OrderByDescending(c => c.To).ThenByDescending(c => c.From).ThenByDescending(c => c.Full.Id).FirstOrDefault() is { } furthest)
        {
            Keep(furthest.Full, pointReason);
            KeepSlices(furthest, furthest.WaysTo(furthest.Tip), pointReason);
        }
    }

    private void KeepByRules(IReadOnlyList<BackupEntry> newestFirst)
    {
        foreach (var (full, reason) in KeepRules.Apply(_policy, newestFirst))
        {
            Keep(full, reason);
            if (reason == KeepRules.Last && ChainOf(full) is { } chain) KeepSlices(chain, chain.All, "continues one of the last full backups");
        }
    }

    private void KeepPoints(IReadOnlyList<BackupEntry> fulls, IReadOnlyList<FullChain> chains, DateTimeOffset? since)
    {
        if (since is not { } from) return;
        if (fulls.FirstOrDefault(b => b.Started <= from) is { } before && before.Started < from) Keep(before, $"newest before the last {_policy.Days} days");
        // the increments of a second begin at 1
        var moment = new Optime((uint)from.ToUnixTimeSeconds(), 1);
        foreach (var chain in ChainCover.From(moment, chains))
        {
            Keep(chain.Full, chain.From >= moment ? WithinDays : PointsWithinDays);
            KeepSlices(chain, chain.Behind(moment), PointsWithinDays);
        }
    }

    // the next slice begins behind the full backup that ended last, which may have started before others
    private void KeepWhatIsContinued()
    {
        const string Reason = "the next increment continues it";
        if (_chains.MaxBy(c => c.Full.Oplog!.Through.Optime)?.Full.Oplog!.Through is not { } end) return;
        // of two that ended with the same entry either will do
        var last = _chains.Where(c => c.Full.Oplog!.Through == end).MaxBy(c => _kept.ContainsKey(c.Full.Id))!;
        foreach (var backup in last.WaysTo(last.Tip).Prepend(last.Full).Where(b => !_kept.ContainsKey(b.Id)).ToList()) Keep(backup, Reason);
    }

    // what was rolled back is told from what took its place by both being there: they go together
    private void KeepRolledBack()
    {
        if (!_backups.Any(b => !_timeline.IsHistory(b) && _kept.ContainsKey(b.Id))) return;
        var resumed = _state.Gaps.Select(g => g.Resumes).OfType<OplogMark>().ToHashSet();
        foreach (var backup in _backups.Where(b => !_timeline.IsHistory(b) || (b is { Type: BackupType.Incremental, Oplog: { } oplog } && resumed.Contains(oplog.After))))
            Keep(backup, "tells what was rolled back, of which something is kept");
    }

    private string WhyRemoved(BackupEntry backup)
    {
        if (backup.Type == BackupType.Full) return "no rule keeps it";
        if (!_timeline.IsHistory(backup)) return "was rolled back: no restore can use it";
        var chains = backup.Oplog is { } oplog ? _chains.Where(c => c.Reaches(oplog.After)).ToList() : [];
        return chains.Count == 0 ? "no full backup leads to it"
            : chains.LastOrDefault(c => _kept.ContainsKey(c.Full.Id)) is { } snapshot ? $"full backup {snapshot.Full.Id} before it is kept as a snapshot, and no rule keeps the points behind it"
            : "its full backup goes";
    }

    private void KeepWithNeeds(BackupEntry backup, string reason)
    {
        Keep(backup, reason);
        if (backup.Type == BackupType.Incremental) KeepNeeds(backup, $"backup {backup.Id}, which is kept, needs it");
    }

    private void KeepNeeds(BackupEntry slice, string reason)
    {
        if (slice.Oplog is not { } oplog || _chains.LastOrDefault(c => c.Reaches(oplog.After)) is not { } chain) return;
        Keep(chain.Full, reason);
        KeepSlices(chain, chain.WaysTo(oplog.After), reason);
    }

    private void KeepSlices(FullChain chain, IEnumerable<BackupEntry> slices, string reason)
    {
        foreach (var slice in slices.Where(s => s.Id != chain.Full.Id)) Keep(slice, reason);
    }

    private void Keep(BackupEntry backup, string reason)
    {
        if (!_kept.TryGetValue(backup.Id, out var reasons)) _kept[backup.Id] = reasons = [];
        else if (_before.Contains(backup.Id)) return;
        if (!reasons.Contains(reason)) reasons.Add(reason);
    }

    private string WithinDays => $"within {_policy.Days} days";

    private string PointsWithinDays => $"leads to points within {_policy.Days} days";

    private IReadOnlyList<BackupEntry> PastFulls(IReadOnlyList<BackupEntry> fulls) => [.. fulls.Where(b => b.Started <= _now)];

    private FullChain? ChainOf(BackupEntry full) => _chains.FirstOrDefault(c => c.Full.Id == full.Id);

    private static bool IsWhole(BackupEntry backup) => !backup.IsDegraded;
}
