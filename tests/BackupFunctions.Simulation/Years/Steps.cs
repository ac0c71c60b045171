using BackupFunctions.Simulation.Years.Checks;
using BackupFunctions.Simulation.Years.Hosts;
using BackupFunctions.Workflows;

namespace BackupFunctions.Simulation.Years;

/// <summary>What a run said of itself: what was left undone, and what else there was to say.</summary>
internal sealed record Said(IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings);

/// <summary>Takes one step: runs something in a process that may be killed meanwhile, and looks at what came of it.</summary>
internal sealed class Steps(World world, YearsTotals totals, StepChecks checks, Random random)
{
    private Findings _findings = new();
    private bool _writesMeanwhile;

    public async Task<StepReport> Take(int day, string what)
    {
        totals.Runs[what] = totals.Runs.GetValueOrDefault(what) + 1;
        _findings = new();
        var at = world.Clock.GetUtcNow();
        var (outcome, reason) = await (what switch
        {
            "full" => Backup(new Runs(world).Full),
            "incremental" => Backup(new Runs(world).Increment),
            "retention" => Retain(),
            "resume" => Resume(),
            "scrub" => Scrub(),
            "rotate" => new Rotations(world, random, this).Run(_findings),
            "protect" => ByHand(new Runs(world).Protect),
            "remove" => ByHand(new Runs(world).Remove),
            "catalogue lost" => new CatalogueFaults(world, checks, random, this).Lose(_findings),
            "catalogue put back" => new CatalogueFaults(world, checks, random, this).PutBack(_findings),
            _ => throw new ArgumentException($"no step '{what}'", nameof(what)),
        });
        foreach (var disk in world.Disks)
        {
            // what did not come to it
            disk.CollectAfter = null;
            if (disk.IsDown) world.Nodes.Behind.Add(disk);
        }
        var (opened, restored) = await checks.Run(_findings, random);
        if (what == "scrub" && day % 2 == 0) await checks.RecoverAlone(_findings);
        return new(day, 0, at, what, outcome, reason, checks.Last?.Backups.Count() ?? 0, opened, restored, _findings.All);
    }

    /// <summary>Runs something in the host's process. What nothing disturbs must end well.</summary>
    public async Task<(Outcome Outcome, string? Reason)> Attempt(Func<HostProcess, Func<Task>, Task<Said>> run, bool mayBeKilled = true, bool mayFail = false)
    {
        var process = world.Process;
        int? killed = mayBeKilled && random.Next(8) == 0 ? (int)Math.Pow(10, 0.3 + (random.NextDouble() * 2.6)) : null;
        var quiet = world.IsQuiet && killed is null;
        process.Life.KillAfter(killed);
        _writesMeanwhile = false;
        var (outcome, reason) = await Outcome(process, run, Between());
        process.Life.KillAfter(null);
        if (outcome == Years.Outcome.Killed)
        {
            world.LockedUntil = Later(world.LockedUntil, world.Clock.GetUtcNow() + TimeSpan.FromMinutes(5));
            totals.Faults["process killed"] = totals.Faults.GetValueOrDefault("process killed") + 1;
            world.StopProcess();
            // the next one is not there at once
            world.Clock.Advance(TimeSpan.FromMinutes(6));
        }
        foreach (var disk in world.Disks)
        {
            // one import was refused, maybe that of a revision
            if (disk.TakeImportFailure()) world.Nodes.Behind.Add(disk);
        }
        if (outcome != Years.Outcome.Ok || !quiet) world.CleanCleanups = 0;
        if (mayFail) return (outcome, reason);
        if (quiet && outcome != Years.Outcome.Ok) _findings.Add($"nothing was wrong, and it failed: {reason}");
        else if (quiet && reason is not null && !TellsWhatWasMissed(reason)) _findings.Add($"nothing was wrong, and it said: {reason}");
        return (outcome, reason);
    }

    // a node that was down gets the revisions that were written meanwhile
    private bool TellsWhatWasMissed(string reason) => world.Nodes.Behind.Any(d => reason.StartsWith($"{d.Name} lacked ", StringComparison.Ordinal));

    private async Task<(Outcome, string?)> Backup(Func<HostProcess, Func<Task>, Task<Said>> run)
    {
        if (random.Next(45) == 0)
        {
            await world.Source.Write(random, 3);
            world.Server.Controls.KeepOplogEntries(1);
            totals.Faults["oplog rolled over"] = totals.Faults.GetValueOrDefault("oplog rolled over") + 1;
        }
        var quiet = world.IsQuiet;
        var attempt = await Attempt(run);
        if (quiet && attempt.Outcome == Years.Outcome.Ok && !_writesMeanwhile)
        {
            var state = await world.Observer.Manifest();
            if (!Windows.Of(state.Backups, state.Coverage).Any(w => w.Has(world.Source.Newest.At))) _findings.Add($"the backup ended well, and {world.Source.Newest.At}, which was written before, cannot be restored");
        }
        return attempt;
    }

    private async Task<(Outcome, string?)> Retain()
    {
        var quiet = world.IsQuiet;
        RetentionResult? result = null;
        var attempt = await Attempt(async (process, between) =>
        {
            result = await Runs.Retain(process, between);
            return new(result.Problems, result.Warnings);
        });
        if (!quiet || result is not { Pending: 0 } || attempt is not (Years.Outcome.Ok, null) || !await world.Observer.HasRepository() || await world.Observer.Waiting() > 0) return attempt;
        var state = await world.Observer.Manifest();
        if (state.Backups.Any(b => b.IsDegraded)) return attempt;
        if (++world.CleanCleanups >= 2) _findings.AddRange(await world.Nodes.Orphans(state, await world.Observer.Repository()));
        return attempt;
    }

    private async Task<(Outcome, string?)> Resume()
    {
        var quiet = world.IsQuiet;
        var more = false;
        var attempt = await Attempt(async (process, between) =>
        {
            var result = await Runs.Resume(process, between);
            more = result.More;
            return new(result.Problems, result.Warnings);
        });
        if (!quiet || attempt.Outcome != Years.Outcome.Ok || !await world.Observer.HasRepository()) return attempt;
        world.Nodes.Behind.Clear();
        if (more) return attempt;
        if (await world.Observer.Waiting() is > 0 and var waiting) _findings.Add($"{waiting} backups wait in staging, with both nodes there and all uploads resumed");
        if ((await world.Observer.Manifest()).Backups.FirstOrDefault(b => b.IsDegraded) is { } degraded) _findings.Add($"backup {degraded.Id} lacks a copy, with both nodes there and all uploads resumed");
        return attempt;
    }

    private async Task<(Outcome, string?)> Scrub()
    {
        var slices = random.Next(3) == 0 ? 4 : 1;
        // what is healed below no pin may be collected again before the pin is set; that is told, and left to the next scrub
        var undisturbed = world.Disks.All(d => d is { IsDown: false, FailImportAfter: null } && (d.CollectAfter is null || (d.LostPins.Count == 0 && !world.Nodes.Behind.Contains(d)))) && world.Clock.GetUtcNow() >= world.LockedUntil;
        ScrubResult? result = null;
        var attempt = await Attempt(async (process, between) =>
        {
            result = await Runs.Scrub(process, between, slices);
            return new([.. result.Copies.Select(c => c.Fault).OfType<string>()], result.Warnings);
        });
        if (!undisturbed || attempt.Outcome != Years.Outcome.Ok || result is null || !result.IsComplete) return attempt;
        world.Nodes.Behind.Clear();
        if (result.Lost + result.Unhealed > 0) _findings.Add($"the scrub found {result.Lost} blocks lost and could not heal {result.Unhealed}, and nothing was taken from both nodes: {string.Join("; ", result.Copies.Select(c => c.Problem))}");
        if (slices > 1) return attempt;
        foreach (var disk in world.Disks)
        {
            disk.ForgetMended();
            var state = await world.Observer.Manifest();
            var needed = state.Backups.Where(b => b.Copies.Any(c => c.NodeId == disk.Id)).Select(b => b.Root).Concat(state.Revisions).ToHashSet();
            if (disk.LostPins.FirstOrDefault(needed.Contains) is var pin && needed.Contains(pin)) _findings.Add($"the scrub did not set the pin of {pin} on {disk.Name} again");
            var unhealed = needed.SelectMany(r => Nodes.Reach.Known(r) ?? []).Distinct().Count(b => !disk.IsGood(b));
            if (unhealed > 0) _findings.Add($"the scrub left {unhealed} blocks of {disk.Name} damaged or missing");
        }
        return attempt;
    }

    private Task<(Outcome, string?)> ByHand(Func<HostProcess, Random, Task<Said>> run) => Attempt((process, _) => run(process, random));

    private static async Task<(Outcome, string?)> Outcome(HostProcess process, Func<HostProcess, Func<Task>, Task<Said>> run, Func<Task> between)
    {
        try
        {
            var said = await run(process, between);
            return (Years.Outcome.Ok, said.Problems.Concat(said.Warnings).FirstOrDefault());
        }
        catch (Exception) when (process.Life.IsDead)
        {
            return (Years.Outcome.Killed, null);
        }
        catch (Exception e) when (e is ActivityFailedException or BackupException)
        {
            return (Years.Outcome.Failed, e.Message);
        }
    }

    // now and then something is written while it runs
    private Func<Task> Between()
    {
        var left = random.Next(5) == 0 ? random.Next(1, 20) : -1;
        return async () =>
        {
            if (left-- != 0) return;
            _writesMeanwhile = true;
            await world.Source.Write(random, 2);
        };
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
