using BackupFunctions.Backup;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// Slices that follow each other and become one, oldest first: when the first and the last of them were begun, and the entry behind which they begin. <see cref="Merged"/> is a backup that
/// has all that they have already, so that they only remain to be removed.
/// </summary>
public sealed record MergeableSlices(IReadOnlyList<BackupId> Slices, DateTimeOffset First, DateTimeOffset Last, OplogMark After, BackupId? Merged);

/// <summary>
/// Which slices become one: those of an hour that is over, and later those of a day that is over. None is merged across an entry where something else joins the chain (the end of a
/// full backup's own oplog, a gap), none that a node lacks or that is protected, and none of another epoch, whose chunks another key opens.
/// </summary>
internal static class SliceMerging
{
    /// <summary>Slices that are merged at once, at most.</summary>
    public const int MaxSlices = 500;

    // what is begun in an hour is recorded some minutes later
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(10);

    /// <summary>All groups, oldest first; <paramref name="epoch"/> is the current one.</summary>
    public static IReadOnlyList<MergeableSlices> Find(ManifestState state, uint epoch, DateTimeOffset now)
    {
        var slices = state.Backups.Where(b => b is { Type: BackupType.Incremental, Oplog: not null }).OrderBy(b => b.Oplog!.Through.Optime).ToList();
        var after = slices.ToLookup(s => s.Oplog!.After);
        var joints = Joints(state);
        var superseded = new Dictionary<BackupId, BackupEntry>();
        foreach (var merged in slices.Where(s => !s.IsDegraded))
        {
            foreach (var part in PartsOf(merged, after, joints)) superseded.TryAdd(part.Id, merged);
        }
        // one that is protected needs those before it
        var removable = slices.Where(s => superseded.ContainsKey(s.Id)).GroupBy(s => superseded[s.Id].Id).Where(g => !g.Any(s => s.IsProtected));
        var left = slices.Where(s => !superseded.ContainsKey(s.Id)).ToList();
        return
        [
            .. removable.Select(g => Group([.. g], g.Key)),
            .. Runs(left, joints, epoch, now).SelectMany(r => r.Chunk(MaxSlices)).Where(r => r.Length > 1).Select(r => Group(r, null)),
        ];
    }

    // the smaller slices that lead from where this one begins to where it ends; none when it is no merged one
    private static List<BackupEntry> PartsOf(BackupEntry merged, ILookup<OplogMark, BackupEntry> after, HashSet<OplogMark> joints)
    {
        var parts = new List<BackupEntry>();
        for (var at = merged.Oplog!.After; at != merged.Oplog.Through;)
        {
            var next = after[at].Where(s => s.Id != merged.Id && s.Oplog!.Through.Optime > at.Optime && s.Oplog.Through.Optime <= merged.Oplog.Through.Optime).MinBy(s => s.Oplog!.Through.Optime);
            if (next is null) return [];
            parts.Add(next);
            at = next.Oplog!.Through;
        }
        return parts.Count > 1 && !parts.Skip(1).Any(p => joints.Contains(p.Oplog!.After)) ? parts : [];
    }

    private static HashSet<OplogMark> Joints(ManifestState state) =>
    [
        .. state.Backups.Where(b => b.Type == BackupType.Full).Select(b => b.Oplog?.Through).OfType<OplogMark>(),
        .. state.Gaps.SelectMany(g => new[] { g.After, g.Resumes }).OfType<OplogMark>(),
    ];

    private static IEnumerable<List<BackupEntry>> Runs(List<BackupEntry> slices, HashSet<OplogMark> joints, uint epoch, DateTimeOffset now)
    {
        var after = slices.ToLookup(s => s.Oplog!.After);
        var through = slices.ToLookup(s => s.Oplog!.Through);
        var run = new List<BackupEntry>();
        foreach (var slice in slices.Where(s => s.Epoch == epoch && s is { IsDegraded: false, IsProtected: false } && Period(s, now) is not null))
        {
            var joins = run.Count > 0 && run[^1].Oplog!.Through == slice.Oplog!.After && Period(run[^1], now) == Period(slice, now)
                && !joints.Contains(slice.Oplog.After) && after[slice.Oplog.After].Count() == 1 && through[slice.Oplog.After].Count() == 1;
            if (!joins)
            {
                if (run.Count > 0) yield return run;
                run = [];
            }
            run.Add(slice);
        }
        if (run.Count > 0) yield return run;
    }

    // the day, or the hour, that it was begun in, by our clock; null while neither is over
    private static (DateTime, TimeSpan)? Period(BackupEntry slice, DateTimeOffset now)
    {
        var started = slice.Started.UtcDateTime;
        foreach (var length in new[] { TimeSpan.FromDays(1), TimeSpan.FromHours(1) })
        {
            var start = new DateTime(started.Ticks - (started.Ticks % length.Ticks), DateTimeKind.Utc);
            if (start + length + Settled <= now.UtcDateTime) return (start, length);
        }
        return null;
    }

    private static MergeableSlices Group(BackupEntry[] slices, BackupId? merged) =>
        new([.. slices.Select(s => s.Id)], slices[0].Started, slices[^1].Started, slices[0].Oplog!.After, merged);
}
