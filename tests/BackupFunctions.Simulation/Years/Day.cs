using BackupFunctions.Backup;
using BackupFunctions.Retention;
using BackupFunctions.Simulation.Years.Checks;

namespace BackupFunctions.Simulation.Years;

/// <summary>A day: what is written, what happens, and what is run at which hour, all by chance.</summary>
internal sealed class Day(World world, YearsTotals totals, StepChecks checks, Random random)
{
    private readonly Steps _steps = new(world, totals, checks, random);

    public async IAsyncEnumerable<StepReport> Run(int day)
    {
        new Faults(world, totals, random, checks.Last).OfDay(day);
        Prepare(day);
        // a source without a collection is told about
        if (day == 1) await world.Source.Write(random, 5);
        var hour = 0.0;
        foreach (var (at, what) in Schedule(day).OrderBy(s => s.Hour).ToList())
        {
            world.Clock.Advance(TimeSpan.FromHours(at - hour));
            hour = at;
            for (var node = 0; node < world.Disks.Count; node++) world.Disks[node].IsDown = world.DownUntil[node] > day + (hour / 24);
            await world.Source.Write(random, random.Next(0, 4));
            new Faults(world, totals, random, checks.Last).OfRun();
            yield return await _steps.Take(day, what);
        }
        world.Clock.Advance(TimeSpan.FromHours(24 - hour));
        if (day % 30 == 0) Forget();
    }

    private IEnumerable<(double Hour, string What)> Schedule(int day)
    {
        yield return (2, day % 7 == 1 || random.Next(30) == 0 ? "full" : "incremental");
        for (var more = random.Next(5) - 2; more > 0; more--) yield return (3 + (random.NextDouble() * 20), "incremental");
        if (random.Next(2) == 0) yield return (2.5, "retention");
        if (day % 7 == 3 || (world.Disks.Any(d => d.Damaged.Count + d.LostPins.Count > 0) && random.Next(3) == 0)) yield return (4, "scrub");
        if (random.Next(5) == 0) yield return (3 + (random.NextDouble() * 20), "resume");
        if (random.Next(12) == 0) yield return (6, "protect");
        if (random.Next(80) == 0) yield return (6.5, "remove");
        if (world.Rotating is not null ? random.Next(3) > 0 : random.Next(40) == 0) yield return (7 + random.NextDouble(), "rotate");
        if (random.Next(45) == 0) yield return (8, "catalogue lost");
        if (random.Next(45) == 0) yield return (9, "catalogue put back");
    }

    private void Prepare(int day)
    {
        if (random.Next(40) == 0)
        {
            var days = random.Next(3) > 0;
            world.Settings = world.Settings with
            {
                Policy = new RetentionPolicy(days ? random.Next(2, 30) : 0, random.Next(days ? 0 : 1, 4), random.Next(3) * 2, random.Next(3), random.Next(3), random.Next(2)),
                GraceHours = random.Next(1, 72),
                RetainsAfterBackup = random.Next(2) == 0,
            };
        }
        if (day % 9 == 0) world.OldCatalogue = world.Files.Snapshot(world.Catalogue);
    }

    private void Forget()
    {
        if (checks.Last is not { } state) return;
        Nodes.Reach.KeepOnly(world.Nodes.Needed(state));
        if (state.Backups.Select(b => b.Type == BackupType.Full ? b.ConsistentAt : b.Oplog?.After.Optime).Min() is { } oldest) world.Source.ForgetBefore(oldest);
    }
}
