using BackupFunctions.Ambient;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Backup;

/// <summary>Numbers the dumped files and those of the captured oplog, seals the index, builds the root directory, and stages all that remains to be delivered.</summary>
internal sealed class AssembleActivity(RepositorySession session, ManifestStore manifest, IStaging staging, StagedObjects staged, IRandomSource random)
    : IActivity<AssembleInput, BackupEntry>
{
    /// <inheritdoc/>
    public ActivityName<AssembleInput, BackupEntry> Name => BackupActivities.Assemble;

    /// <inheritdoc/>
    public async Task<BackupEntry> Run(AssembleInput input, CancellationToken cancellationToken)
    {
        try
        {
            return await Assemble(input, cancellationToken);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            // a run that was cut off behind its assembling, and whose backup another one has delivered since, finds nothing staged
            if ((await manifest.Load(cancellationToken)).Backups.FirstOrDefault(b => b.Id == input.Backup) is { } delivered) return delivered with { Copies = [] };
            throw;
        }
    }

    private async Task<BackupEntry> Assemble(AssembleInput input, CancellationToken cancellationToken)
    {
        var plan = input.Slice is { } slice
            ? new BackupPlan(input.Backup, slice.Started, slice.Server, null, null, null, [], [])
            : await staged.Load<BackupPlan>(input.Backup, PlanActivity.RecordName, cancellationToken);
        var units = new List<UnitFiles>();
        for (var unit = 0; unit < plan.Units.Count; unit++)
            units.Add(await staged.Load<UnitFiles>(input.Backup, DumpActivity.RecordName(unit), cancellationToken));
        var captured = new List<CapturedOplog>();
        for (var part = 0; part < input.OplogParts; part++)
            captured.Add(await staged.Load<CapturedOplog>(input.Backup, CaptureOplogActivity.RecordName(part), cancellationToken));

        var files = new BackupRoot();
        var collections = Collections(plan, units, files);
        var oplog = Oplog(input.Slice?.Continues, captured, files);
        var type = input.Slice is null ? BackupType.Full : BackupType.Incremental;
        var snapshot = units.All(u => u.Exact) ? plan.Snapshot : null;
        var index = new BackupIndex(BackupIndex.CurrentFormat, plan.Backup, type, plan.Started, plan.Server, plan.StartOptime, snapshot, collections, oplog);
        var repository = await session.Open(cancellationToken);
        await using var segments = new SegmentWriter(staging, input.Backup.ToString(), "root", random);
        await segments.Prepare(cancellationToken);

        var root = files.Write(repository, index, segments);
        await segments.Close(cancellationToken);

        var newBytes = units.Sum(u => u.NewBytes) + captured.Sum(c => c.NewBytes) + segments.BlockBytes;
        // it is completed when it is delivered
        var entry = BackupEntry.Of(index, root, repository.Keyring.CurrentEpoch, newBytes, repository.Nodes.Count) with { Completed = default };
        IReadOnlyList<StagedCar> cars = [.. units.SelectMany(u => u.Segments), .. captured.SelectMany(c => c.Segments), .. segments.Segments];
        await staged.Save(input.Backup, StagedBackup.RecordName, new StagedBackup(entry, input.Before, cars), cancellationToken);
        return entry;
    }

    // files are numbered in the order of collections and ranges, so that unchanged data keeps its place
    private static List<IndexedCollection> Collections(BackupPlan plan, List<UnitFiles> units, BackupRoot numbers)
    {
        var dumped = units.SelectMany(u => u.Ranges).ToLookup(r => r.Collection, r => r.Files);
        return [.. plan.Collections.Select((collection, at) =>
        {
            var files = numbers.Place(dumped[at].SelectMany(f => f));
            var spec = collection.Spec;
            return new IndexedCollection(spec.Namespace.Database, spec.Namespace.Collection, spec.Type, spec.Options, spec.Indexes, spec.Uuid, spec.ReadOrder,
                collection.AverageChunk, files.Sum(f => f.Documents), files.Sum(f => f.Bytes), files);
        })];
    }

    private static IndexedOplog? Oplog(OplogMark? continues, List<CapturedOplog> parts, BackupRoot numbers)
    {
        if (parts.Count == 0) return null;
        foreach (var (part, next) in parts.Zip(parts.Skip(1)))
        {
            if (part.Through != next.After)
                throw new BackupException(ErrorKind.OplogGap, $"join the captured oplog: a part ends at {part.Through}, the next begins behind {next.After}");
        }
        var files = numbers.Place(parts.SelectMany(p => p.Files));
        return new(continues ?? parts[0].After, parts[^1].Through, files.Sum(f => f.Documents), files.Sum(f => f.Bytes), files);
    }
}
