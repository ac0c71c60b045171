using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Simulation.Years.Checks;

/// <summary>From when to when a full backup and what continues it lead.</summary>
internal sealed record Window(BackupEntry Full, Optime From, Optime To, IReadOnlySet<OplogMark> Reached)
{
    public bool Has(Optime time) => time >= From && time <= To;
}

/// <summary>What listed backups lead to, worked out anew: by nothing but the entries at which one ends and the next begins.</summary>
internal static class Windows
{
    public static IReadOnlyList<Window> Of(IEnumerable<BackupEntry> backups, IEnumerable<CoverageAdvanced> coverage)
    {
        var all = backups.ToList();
        var links = all.Where(b => b is { Type: BackupType.Incremental, Oplog: not null }).Select(b => (b.Oplog!.After, b.Oplog.Through))
            .Concat(coverage.Select(c => (c.After, c.Through))).ToList();
        return [.. all.Where(b => b is { Type: BackupType.Full, Oplog: not null, ConsistentAt: not null }).Select(Reach)];

        Window Reach(BackupEntry full)
        {
            var reached = new HashSet<OplogMark> { full.Oplog!.Through };
            while (links.Any(l => reached.Contains(l.After) && reached.Add(l.Through)))
            {
                // until nothing is added any more
            }
            return new(full, full.ConsistentAt!, reached.MaxBy(m => m.Optime)!.Optime, reached);
        }
    }
}
