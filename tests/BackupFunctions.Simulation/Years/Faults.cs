using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Simulation.Years.Nodes;

namespace BackupFunctions.Simulation.Years;

/// <summary>
/// What happens to nodes. It never takes the last good copy of anything: that no program survives.
/// </summary>
internal sealed class Faults(World world, YearsTotals totals, Random random, ManifestState? state)
{
    /// <summary>What a day brings, by its number.</summary>
    public void OfDay(int day)
    {
        if (random.Next(15) == 0) Outage(random.Next(2), day);
        if (random.Next(60) == 0)
        {
            Outage(0, day);
            Outage(1, day);
        }
        if (random.Next(20) == 0 && Whole() is { } unpinned) Count("pin lost", () => Any().LosePin(unpinned));
        if (random.Next(10) == 0) Damage();
        foreach (var disk in world.Disks)
        {
            if (random.Next(4) == 0) Count("garbage collection", disk.Collect);
        }
        if (random.Next(60) == 0) Count("clock forward", () => Jump(TimeSpan.FromHours(random.Next(1, 24 * 45))));
        else if (world.ClockAhead > TimeSpan.Zero && random.Next(2) == 0) Count("clock put right", () => Jump(-world.ClockAhead));
        else if (random.Next(60) == 0) Count("clock back", () => world.Clock.Advance(TimeSpan.FromMinutes(-random.Next(1, 60 * 40))));
    }

    /// <summary>What happens to nodes during a run.</summary>
    public void OfRun()
    {
        if (random.Next(12) == 0) Count("import fails", () => Any().FailImportAfter = random.Next(1, 12));
        if (random.Next(6) == 0) Count("garbage collection during a run", () => Any().CollectAfter = random.Next(1, 120));
    }

    private void Outage(int node, int day)
    {
        var days = Math.Pow(10, (random.NextDouble() * 2.2) - 1.5);
        Count("outage", () => world.DownUntil[node] = Math.Max(world.DownUntil[node], day + random.NextDouble() + days));
    }

    private void Damage()
    {
        if (Whole() is not { } root || state is null) return;
        var blocks = Reach.Known(root)!;
        var block = blocks[random.Next(blocks.Count)];
        // of what only one node has there is nothing to heal from
        if (state.Backups.Any(b => b.IsDegraded && Reach.Known(b.Root)?.Contains(block) == true)) return;
        var flip = random.Next(2) == 0;
        Count(flip ? "block damaged" : "block lost", () => Any().Damage(block, flip, random.Next(1 << 20)));
    }

    // a backup, or now and then a revision, that both nodes hold
    private Cid? Whole()
    {
        if (state is null) return null;
        List<Cid> roots = [.. (random.Next(4) == 0 ? state.Revisions : state.Backups.Where(b => !b.IsDegraded).Select(b => b.Root)).Where(r => world.Disks.All(d => d.IsWhole(r)))];
        return roots.Count == 0 ? null : roots[random.Next(roots.Count)];
    }

    private void Jump(TimeSpan by)
    {
        world.Clock.Advance(by);
        world.ClockAhead += by;
    }

    private NodeDisk Any() => world.Disks[random.Next(world.Disks.Count)];

    private void Count(string fault, Action happen)
    {
        happen();
        totals.Faults[fault] = totals.Faults.GetValueOrDefault(fault) + 1;
    }
}
