using BackupFunctions.Mongo;
using BackupFunctions.Standalone.Demo.Comparison;
using BackupFunctions.Standalone.Demo.Data;
using BackupFunctions.Standalone.Demo.Data.Changes;
using BackupFunctions.Standalone.Demo.Story;

namespace BackupFunctions.Standalone.Demo;

/// <summary>
/// What follows the full backup: writes and incremental backups in turn, a database that is dropped by mistake, and the way back to the moment
/// before. The mistake is made when both nodes hold two incremental backups; what no backup holds then is one order, for the oplog to give back.
/// </summary>
internal sealed class PointInTimeRun(DemoSteps steps, IDemoDatabases databases, IDemoEngine engine)
{
    /// <summary>Takes its steps; gives every difference between what was restored and the moment before the mistake.</summary>
    public async Task<IReadOnlyList<string>> Execute(bool tellRoots, CancellationToken cancellationToken)
    {
        await steps.Take(DemoStep.FirstWrites, () => Change(DemoChange.First, cancellationToken));
        await steps.Take(DemoStep.FirstIncremental, () => BackUp(tellRoots, cancellationToken));
        await steps.Take(DemoStep.SecondWrites, () => Change(DemoChange.Second, cancellationToken));
        await steps.Take(DemoStep.SecondIncremental, () => BackUp(tellRoots, cancellationToken));
        var (moment, before) = await steps.Take(DemoStep.Mistake, () => DropByMistake(cancellationToken));
        await steps.Take(DemoStep.ThirdIncremental, () => BackUp(tellRoots, cancellationToken));
        await steps.Take(DemoStep.PointRestore, () => Restore(moment, cancellationToken));
        return await steps.Take(DemoStep.PointCompare, () => Compare(before, cancellationToken));
    }

    private async Task<(int, IReadOnlyList<DemoFact>)> Change(DemoChange change, CancellationToken cancellationToken)
    {
        var made = await databases.Change(change, cancellationToken);
        return (0, Facts(made));
    }

    private async Task<(int, IReadOnlyList<DemoFact>)> BackUp(bool tellRoots, CancellationToken cancellationToken)
    {
        var backup = await steps.Watch(report => engine.BackupIncrement(report, cancellationToken));
        if (tellRoots) steps.Note($"So does the incremental backup {backup.Root}.");
        DemoNodeCopy.RequireTwo(backup.Nodes, $"incremental backup {backup.Root}");
        steps.Summary = steps.Summary with { Incrementals = steps.Summary.Incrementals + 1, RestorableFrom = backup.RestorableFrom, RestorableTo = backup.RestorableTo };
        return (0,
        [
            DemoFact.Of("root", "root CID", backup.Root), DemoFact.Count("entries", "entries", backup.Entries), DemoFact.Size("stored_bytes", "stored", backup.StoredBytes),
            DemoFact.At("restorable_from", "restorable", backup.RestorableFrom), DemoFact.At("restorable_to", "up to", backup.RestorableTo),
        ]);
    }

    private async Task<((Optime Moment, DataFingerprint Before), IReadOnlyList<DemoFact>)> DropByMistake(CancellationToken cancellationToken)
    {
        var made = await databases.Change(DemoChange.Last, cancellationToken);
        var before = await databases.Fingerprint(cancellationToken);
        var moment = await databases.Moment(cancellationToken);
        await databases.DropShop(cancellationToken);
        return ((moment, before), [.. Facts(made), DemoFact.At("moment", "moment", moment), DemoFact.Of("dropped", "dropped", DemoData.ShopName)]);
    }

    private async Task<(int, IReadOnlyList<DemoFact>)> Restore(Optime moment, CancellationToken cancellationToken)
    {
        var restore = await steps.Watch(report => engine.RestoreTo(moment, [DemoData.ShopPattern], report, cancellationToken));
        return (0,
        [
            DemoFact.At("moment", "moment", moment), DemoFact.Of("root", "full backup", restore.Root), DemoFact.Count("incrementals", "incrementals", restore.Incrementals),
            DemoFact.Count("documents", "loaded", restore.Documents), DemoFact.Count("operations", "replayed", restore.Operations),
            DemoFact.Count("transactions", "transactions", restore.Transactions), DemoFact.Count("indexes", "indexes", restore.Indexes),
        ]);
    }

    private async Task<(IReadOnlyList<string>, IReadOnlyList<DemoFact>)> Compare(DataFingerprint before, CancellationToken cancellationToken)
    {
        var after = await databases.Fingerprint(cancellationToken);
        var differences = before.DifferencesTo(after);
        steps.Summary = steps.Summary with { PitrMismatches = differences.Count };
        return (differences, after.Facts("pitr_mismatches", differences.Count));
    }

    private static IReadOnlyList<DemoFact> Facts(DemoChanges made) =>
    [
        .. new[]
        {
            DemoFact.Count("transactions", "transactions", made.Transactions), DemoFact.Count("inserted", "inserted", made.Inserted),
            DemoFact.Count("updated", "updated", made.Updated), DemoFact.Count("deleted", "deleted", made.Deleted),
        }.Where(f => f.Value is > 0L),
        .. made.Structure.Count == 0 ? [] : new[] { new DemoFact("structure", "structure", made.Structure, string.Join(", ", made.Structure)) },
    ];
}
