using BackupFunctions.Backup;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// What the recorded backups add up to over time, by the marks of oplog entries alone: a slice continues what ends with exactly the entry
/// behind which it begins. Clocks and the order of recording decide nothing.
/// </summary>
public sealed class OplogTimeline
{
    private readonly List<FullChain> _chains;
    private readonly IReadOnlyList<GapRecorded> _gaps;
    private readonly List<OplogLink> _links;
    private readonly HashSet<OplogMark> _ends;
    private readonly HashSet<OplogMark> _undone;
    private readonly ILookup<OplogMark, OplogLink> _continued;

    /// <summary>Over these backups, stretches that hold nothing, and gaps.</summary>
    public OplogTimeline(IEnumerable<BackupEntry> backups, IEnumerable<CoverageAdvanced> coverage, IReadOnlyList<GapRecorded> gaps)
    {
        _gaps = gaps;
        var all = backups.ToList();
        _links =
        [
            .. all.Where(b => b is { Type: BackupType.Incremental, Oplog: not null }).Select(b => new OplogLink(b.Oplog!.After, b.Oplog.Through, b))
                .Concat(coverage.Select(c => new OplogLink(c.After, c.Through, null)))
                .Where(l => l.After.Optime < l.Through.Optime)
                .OrderBy(l => l.Through.Optime),
        ];
        _undone = [.. gaps.Where(g => g.Reason == OplogGapReason.RolledBack).SelectMany(Undone)];
        _links.RemoveAll(l => _undone.Contains(l.Through));
        _ends = [.. all.Select(b => b.Oplog?.Through).OfType<OplogMark>()];
        _continued = _links.ToLookup(l => l.After);
        _chains = [.. all.Where(b => b is { Type: BackupType.Full, Oplog: not null, ConsistentAt: not null })
            .Select(b => new FullChain(b, _continued)).OrderBy(c => c.From)];
        Windows = [.. Merge(_chains)];
        Gaps = [.. Between(Windows)];
    }

    /// <summary>From when to when every point can be restored, oldest first, apart from each other.</summary>
    public IReadOnlyList<RestorableWindow> Windows { get; }

    /// <summary>What lies between the windows, and what is lost behind the last one, oldest first.</summary>
    public IReadOnlyList<RestorableGap> Gaps { get; }

    /// <summary>Every full backup that oplog can follow with what continues it, in the order of their first points.</summary>
    internal IReadOnlyList<FullChain> Chains => _chains;

    /// <summary>Whether this backup ends with an entry that was not rolled back, as far as is known.</summary>
    internal bool IsHistory(BackupEntry backup) => backup.Type == BackupType.Full || backup.Oplog is not { } oplog || !_undone.Contains(oplog.Through);

    /// <summary>The timeline of a manifest.</summary>
    public static OplogTimeline Of(ManifestState state) => new(state.Backups, state.Coverage, state.Gaps);

    /// <summary>
    /// The entries behind which the next slices begin, oldest first, and the entry of the newest full backup. There are several when full
    /// backups and the slices of an earlier one do not meet: each slice then ends where the next one begins, and joins both. None when only a
    /// full backup can start a chain.
    /// </summary>
    public (IReadOnlyList<OplogTip> Tips, OplogMark? Full) Tips()
    {
        if (_chains.MaxBy(c => c.Full.Oplog!.Through.Optime) is not { } newest) return ([], null);
        var lost = _gaps.Select(g => g.After).ToHashSet();
        var start = newest.Full.Oplog!.Through;
        // what ended before another full backup was given up long ago, or kept when the rest of its chain went
        var other = _chains.Where(c => c != newest).Select(c => c.Full.Oplog!.Through.Optime).Max();
        OplogMark[] tips =
        [
            newest.Tip,
            .. _links.Where(l => !_continued.Contains(l.Through) && !newest.Reaches(l.Through)).Select(l => l.Through).TakeLast(1).Where(t => other is null || t.Optime >= other),
        ];
        OplogMark[] optional = [.. Unjoined(newest).Except(tips)];
        return ([.. tips.Concat(optional).Where(t => !lost.Contains(t)).OrderBy(t => t.Optime).Select(t => new OplogTip(t, Continued(t)) { IsOptional = optional.Contains(t) && !EndsSlices(t) })], IsLost(start) ? null : start);

        bool IsLost(OplogMark full) => lost.Contains(full) || _gaps.Any(g => g.Reason == OplogGapReason.NotReplayable && g.After.Optime >= full.Optime);
    }

    // one that is protected may be all that is left of a chain of long ago
    private bool EndsSlices(OplogMark mark) => _links.Any(l => l.Through == Continued(mark) && l.Backup is { IsProtected: false });

    // where nothing was read on since the last slice was made, which joined whatever could be joined before it
    private IEnumerable<OplogMark> Unjoined(FullChain newest)
    {
        var last = _links.LastOrDefault()?.Through;
        var ends = _chains.Where(c => c != newest).Select(c => c.Full.Oplog!.Through).Where(t => last is null || t.Optime > last.Optime);
        return (last is null ? ends : ends.Prepend(last)).Where(t => !newest.Reaches(t)).Distinct();
    }

    /// <summary>The slices that continue a full backup as far as there are any, in order.</summary>
    public IReadOnlyList<BackupEntry> SlicesAfter(BackupEntry full) => _chains.FirstOrDefault(c => c.Full.Id == full.Id)?.Slices ?? [];

    // What was rolled back is no part of the history, and neither is the slice that ends with it. How much of the slices before it was undone too cannot
    // be told: where the chain went on from an earlier entry, the new slices stand for all of them.
    private List<OplogMark> Undone(GapRecorded gap)
    {
        var path = new List<OplogMark> { gap.After };
        while (_links.FirstOrDefault(l => l.Through == path[^1]) is { } link && link.After != gap.Resumes) path.Add(link.After);
        var joins = _links.Any(l => l.Through == path[^1] && l.After == gap.Resumes);
        var isReplaced = _links.Any(l => l.After == gap.Resumes && !path.Contains(l.Through));
        return joins && isReplaced ? path : [gap.After];
    }

    // back over what holds nothing, to the end of a backup
    private OplogMark Continued(OplogMark mark)
    {
        while (!_ends.Contains(mark) && _links.FirstOrDefault(l => l.Backup is null && l.Through == mark) is { } covered) mark = covered.After;
        return mark;
    }

    /// <summary>
    /// What a restore to this point loads and replays: the newest full backup that leads there, or the given one, and its slices in order. A point that cannot
    /// be reached is <see cref="ErrorKind.OplogGap"/> between two windows and <see cref="ErrorKind.NotFound"/> elsewhere; the message names the
    /// nearest that can.
    /// </summary>
    public RestorePath Find(RestorePoint point, BackupEntry? full = null) =>
        _chains.Where(c => c.From <= point.Latest && (full is null || c.Full.Id == full.Id)).Reverse().Select(c => c.PathTo(point)).OfType<RestorePath>().FirstOrDefault() ?? throw Unreachable(point);

    private BackupException Unreachable(RestorePoint point)
    {
        if (Windows.Count == 0) return BackupException.NotFound($"restore to {point}: no backup can be restored to a point in time", "make one with `backupfn backup full`");
        var before = Windows.LastOrDefault(w => w.To < point.Needed);
        var after = Windows.FirstOrDefault(w => w.From > point.Latest);
        var nearest = string.Join(" and ", new[] { before is null ? null : $"{Describe(before.To)} before it", after is null ? null : $"{Describe(after.From)} after it" }.OfType<string>());
        return before is not null && after is not null
            ? new(ErrorKind.OplogGap, $"restore to {point}: it lies in a gap of the oplog; the nearest points are {nearest}", "give one of these points as seconds:increment")
            : BackupException.NotFound($"restore to {point}: no backup reaches it; the nearest point is {nearest}", "give that point as seconds:increment; `GET /api/windows`, on the command line `backupfn windows`, shows all");
    }

    private static string Describe(Optime optime) => $"{optime} ({Telemetry.Human.Time(optime.Time)})";

    private static IEnumerable<RestorableWindow> Merge(List<FullChain> chains)
    {
        RestorableWindow? open = null;
        foreach (var chain in chains)
        {
            if (open is not null && chain.From > open.To)
            {
                yield return open;
                open = null;
            }
            open = open is null
                ? new(chain.From, chain.To, chain.Full, chain.Slices)
                : open with
                {
                    To = chain.To > open.To ? chain.To : open.To,
                    Slices = [.. open.Slices.Concat(chain.Slices).DistinctBy(s => s.Id).OrderBy(s => s.Oplog!.Through.Optime)],
                };
        }
        if (open is not null) yield return open;
    }

    private IEnumerable<RestorableGap> Between(IReadOnlyList<RestorableWindow> windows)
    {
        for (var i = 0; i < windows.Count; i++)
        {
            Optime? next = i + 1 < windows.Count ? windows[i + 1].From : null;
            var recorded = _gaps.Where(g => g.After.Optime >= windows[i].From && (next is null ? g.Resumes is null : g.After.Optime < next)).MaxBy(g => g.After.Optime);
            if (next is not null || recorded is not null) yield return new(windows[i].To, next, recorded?.Reason, recorded?.DetectedAt);
        }
    }
}
