using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Years.Checks;
using BackupFunctions.Simulation.Years.Source;

namespace BackupFunctions.Simulation.Years;

/// <summary>What is looked at after every step, see <see cref="YearsSimulation"/>.</summary>
internal sealed class StepChecks(World world, RestoreTarget target, YearsTotals totals)
{
    private readonly HashSet<(Cid Root, Hash256 Keyring)> _compared = [];

    /// <summary>The manifest as it was found after the last step; null before the first backup.</summary>
    public ManifestState? Last { get; private set; }

    /// <summary>What can be restored, by what is listed.</summary>
    public IReadOnlyList<Window> Restorable { get; private set; } = [];

    /// <summary>Looks at everything; how many backups were opened and how many restores compared.</summary>
    public async Task<(int Opened, int Restored)> Run(Findings findings, Random random)
    {
        if (!await world.Observer.HasRepository()) return (0, 0);
        var (before, opened, restored) = (Last, 0, 0);
        await findings.Try("read the manifest", async () => Last = await world.Observer.Manifest());
        if (Last is not { } state || findings.All.Count > 0) return (0, 0);
        var head = (await world.Observer.Head())!;
        Restorable = Windows.Of(state.Backups, state.Coverage);
        await findings.Try("follow the manifest", async () => await world.Nodes.Follow(state, await world.Observer.Repository()));
        findings.AddRange(world.Nodes.Copies(state));
        findings.AddRange(world.Nodes.Graced(state, head.Keyring.CurrentEpoch, world.Clock.GetUtcNow(), world.Settings.Grace));
        findings.AddRange(world.Nodes.Manifest(state));
        if (before is not null) findings.AddRange(RetentionRules.Broken(world.Settings.Policy, world.Clock.GetUtcNow(), before, state, world.Source));

        var all = state.Backups.ToList();
        var spot = all.Count > 0 ? all[random.Next(all.Count)] : null;
        foreach (var backup in all.Where(b => b == spot || !_compared.Contains((b.Root, head.Keyring.Digest))))
        {
            await findings.Try($"open backup {backup.Id}", async () => findings.AddRange(await world.Observer.Compare(backup)));
            _compared.Add((backup.Root, head.Keyring.Digest));
            opened++;
        }
        if (spot is not null && random.Next(4) == 0 && Point(spot) is { } end)
        {
            await Restore(findings, random, spot.Type == BackupType.Full ? spot.Id.ToString() : "latest", end, spot.Type == BackupType.Incremental);
            restored++;
        }
        if (Restorable.Count > 0)
        {
            await Restore(findings, random, "latest", AnyPoint(random), isPoint: true);
            restored++;
        }
        Tidy(state);
        (totals.Opened, totals.Restored) = (totals.Opened + opened, totals.Restored + restored);
        return (opened, restored);
    }

    /// <summary>Whether each node by itself leads to the whole manifest.</summary>
    public async Task RecoverAlone(Findings findings)
    {
        if (Last is not { } state) return;
        for (var node = 0; node < world.Disks.Count; node++)
        {
            var disk = world.Disks[node];
            if (world.Nodes.Behind.Contains(disk) || disk.Damaged.Count + disk.LostPins.Count > 0) continue;
            await findings.Try($"recover from {disk.Name} alone", async () =>
            {
                var found = await world.Observer.RecoverFrom(node);
                if (found.Revision < state.Revision || !found.Backups.Select(b => b.Id).SequenceEqual(state.Backups.Select(b => b.Id)))
                    findings.Add($"a recovery from {disk.Name} alone finds revision {found.Revision} with {found.Backups.Count} backups, the catalogue has {state.Revision} with {state.Backups.Count()}");
            });
        }
    }

    private Optime? Point(BackupEntry backup) => backup.Type == BackupType.Full ? backup.ConsistentAt
        : Restorable.Any(w => w.Reached.Contains(backup.Oplog!.Through)) ? backup.Oplog!.Through.Optime : null;

    private Optime AnyPoint(Random random)
    {
        var window = Restorable[random.Next(Restorable.Count)];
        IReadOnlyList<Optime> points = [window.From, .. world.Source.Between(window.From, window.To), window.To];
        return points[random.Next(points.Count)];
    }

    private async Task Restore(Findings findings, Random random, string backup, Optime at, bool isPoint)
    {
        var whole = Enumerable.Range(0, world.Disks.Count).Where(n => world.Disks[n].Damaged.Count == 0 && Last!.Backups.All(b => b.Copies.Any(c => c.NodeId == world.Disks[n].Id))).ToList();
        int? only = whole.Count > 0 && random.Next(2) == 0 ? whole[random.Next(whole.Count)] : null;
        var what = $"restore {backup} to {at} from {(only is { } node ? world.Disks[node].Name : "both nodes")}";
        await findings.Try(what, async () => findings.AddRange((await world.Observer.Restore(target, backup, at, isPoint, only)).Select(d => $"{what}: {d}")));
    }

    // damage of what nobody needs any more is no damage
    private void Tidy(ManifestState state)
    {
        var chain = state.Backups.Select(b => b.Root).Concat(state.Revisions).Concat(state.Checkpoint is { } checkpoint ? [checkpoint.Root] : []).ToHashSet();
        var removed = state.Removed.Select(t => t.Backup.Root).ToHashSet();
        foreach (var disk in world.Disks)
        {
            disk.ForgetMended();
            disk.LostPins.RemoveWhere(p => !chain.Contains(p) && !removed.Contains(p));
            if (disk.Damaged.Count == 0) continue;
            var needed = chain.SelectMany(r => Nodes.Reach.Known(r) ?? []).ToHashSet();
            disk.Damaged.IntersectWith(needed);
        }
    }
}
