using BackupFunctions.Ipfs;
using BackupFunctions.Simulation.Years.Checks;

namespace BackupFunctions.Simulation.Years;

/// <summary>A catalogue that was lost, or comes back from an older snapshot of its volume: whatever runs then must stop and change nothing on the nodes, and a recovery brings everything back.</summary>
internal sealed class CatalogueFaults(World world, StepChecks checks, Random random, Steps steps)
{
    public Task<(Outcome, string?)> Lose(Findings findings) => Fault(findings, () => world.Files.DeleteDirectory(world.Catalogue), mustStop: true);

    public async Task<(Outcome, string?)> PutBack(Findings findings)
    {
        if (world.OldCatalogue is not { Count: > 0 } old || !await world.Observer.HasRepository()) return (Outcome.Ok, null);
        var current = world.Files.Snapshot(world.Catalogue);
        var newest = (await world.Observer.Head())!.Revision;
        world.Files.PutBack(world.Catalogue, old);
        var older = await world.Observer.Head();
        world.Files.PutBack(world.Catalogue, current);
        // the next revision behind it is taken for one that a writer had no time to finish
        return await Fault(findings, () => world.Files.PutBack(world.Catalogue, old), mustStop: older is null || older.Revision + 1 < newest);
    }

    private async Task<(Outcome, string?)> Fault(Findings findings, Action happen, bool mustStop)
    {
        // with a node that is away, or half a rotation, nobody else may know what the catalogue has forgotten
        if (!world.IsQuiet || world.Nodes.Behind.Count > 0 || world.Rotating is not null || checks.Last is not { } before || !await world.Observer.HasRepository()) return (Outcome.Ok, null);
        happen();
        world.StopProcess();
        var pins = Pins();
        var stopped = await Try();
        if (mustStop && stopped.Outcome == Outcome.Ok) findings.Add("the catalogue was lost or rolled back, and the next run did not stop");
        if (mustStop && !Pins().SetEquals(pins)) findings.Add("the catalogue was lost or rolled back, and the next run changed pins");
        if (!mustStop) return stopped;

        var recovered = await Recover(mayBeKilled: true);
        if (recovered.Outcome == Outcome.Killed) recovered = await Recover(mayBeKilled: false);
        if (recovered.Outcome != Outcome.Ok)
        {
            findings.Add($"the catalogue was lost or rolled back, and a recovery failed: {recovered.Reason}");
            return recovered;
        }
        var after = await world.Observer.Manifest();
        // a run that was killed may have published one more, and had no time to move the head
        var known = before.Backups.Concat(before.Removed.Select(t => t.Backup)).Select(b => b.Id).ToHashSet();
        var again = after.Backups.Where(b => after.Revision == before.Revision || known.Contains(b.Id)).Select(b => b.Root);
        if (after.Backups.Count(b => !known.Contains(b.Id)) > 1 || after.Revision < before.Revision || !again.SequenceEqual(before.Backups.Select(b => b.Root)))
            findings.Add($"revision {before.Revision} listed {before.Backups.Count()} backups, and after the recovery {after.Revision} lists {after.Backups.Count()}");
        return recovered;
    }

    private Task<(Outcome Outcome, string? Reason)> Try()
    {
        var runs = new Runs(world);
        return random.Next(3) switch
        {
            0 => steps.Attempt(runs.Full, mayBeKilled: false, mayFail: true),
            1 => steps.Attempt(runs.Increment, mayBeKilled: false, mayFail: true),
            _ => steps.Attempt(async (process, between) =>
            {
                var result = await Runs.Retain(process, between);
                // without a repository there is nothing to retain, and nothing is
                return result is { Kept: 0, Removed: 0, Unpinned: 0 } ? throw new BackupException(ErrorKind.NotFound, "nothing is listed") : new(result.Problems, result.Warnings);
            }, mayBeKilled: false, mayFail: true),
        };
    }

    private Task<(Outcome Outcome, string? Reason)> Recover(bool mayBeKilled) => steps.Attempt(Runs.Recover, mayBeKilled, mayFail: true);

    private HashSet<(string, Cid)> Pins() => [.. world.Disks.SelectMany(d => d.Pins.Select(p => (d.Name, p.Key)))];
}
