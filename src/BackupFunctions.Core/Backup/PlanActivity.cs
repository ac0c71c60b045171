using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Backup;

/// <summary>
/// Decides what a full backup reads: namespaces with their raw specifications, at which moment, how collections are split into ranges and grouped
/// into units, and which base backup its unchanged chunks may come from. A base counts only if every node held it verified and shows its root pinned now.
/// </summary>
internal sealed class PlanActivity(
    MongoEndpoint source, NamespaceFilter filter, RepositorySession session, ManifestStore manifest, IStaging staging, StagedObjects staged, DeliveryTargets targets)
    : IActivity<PlanInput, PlanResult>
{
    /// <summary>The staged plan.</summary>
    public const string RecordName = "plan.record";

    /// <summary>What a range of a split collection, and a unit, aim at, in bytes; null for what suits the collection's size.</summary>
    public long? RangeBytes { get; init; }

    /// <inheritdoc/>
    public ActivityName<PlanInput, PlanResult> Name => BackupActivities.Plan;

    /// <inheritdoc/>
    public async Task<PlanResult> Run(PlanInput input, CancellationToken cancellationToken)
    {
        var connection = await source.Connect(cancellationToken);
        var topology = await Topology.Read(connection, cancellationToken);
        var oplogStart = topology.Kind == DeploymentKind.ReplicaSet ? await OplogPosition.Start(connection, cancellationToken) : null;
        // not before where the oplog begins: a member that lags behind is read once it has reached this optime
        var newest = await OplogPosition.Newest(connection, cancellationToken);
        var startOptime = oplogStart is { Optime: var start } && start > newest ? start : newest;
        var listed = await CollectionLister.List(connection, filter, cancellationToken);
        if (listed.Count == 0 && filter.HasPatterns)
            throw new BackupException(ErrorKind.Configuration, $"plan a backup of {connection.Name}: no collection is selected by {SettingNames.Include} and {SettingNames.Exclude}",
                $"a pattern is database.collection, * stands for anything: {SettingNames.Include}=shop.*");
        var warnings = listed.Select(c => c.Warning).Prepend(topology.Warning).OfType<string>().ToList();
        if (topology.Kind == DeploymentKind.ReplicaSet && oplogStart is null)
            warnings.Add($"the oplog of {connection.Name} cannot be read, which takes the role backup: the backup is not of one moment, and no incremental backup can follow it");
        if (listed.Count == 0) warnings.Add($"{connection.Name} holds no collection: the backup is empty");

        // only now, so that a run that cannot begin leaves no repository behind
        var repository = await session.OpenOrCreate(cancellationToken);
        var state = await manifest.Load(cancellationToken);
        var latest = state.Latest(BackupType.Full);
        var (baseRoot, baseIndex) = await FindBase(repository, state, latest, warnings, cancellationToken);
        if (baseRoot is null) await StagingSpace.Check(staging, listed.Sum(c => c.Bytes), latest, warnings, cancellationToken);
        Optime? snapshot = null;
        if (oplogStart is not null) (listed, snapshot) = await SnapshotChoice.Choose(connection, topology, filter, listed, oplogStart, latest, cancellationToken);
        var known = baseIndex?.Collections.ToDictionary(c => c.Namespace) ?? [];
        var collections = listed.Select(spec => new PlannedCollection(spec, AverageChunk(spec, known.GetValueOrDefault(spec.Namespace)))).ToList();

        var splitter = new RangeSplitter(new ServerIdSampler(connection));
        var ranges = new List<(PlannedRange Range, long Bytes)>();
        for (var at = 0; at < collections.Count; at++)
        {
            var spec = collections[at].Spec;
            if (spec.Type == CollectionType.View) continue;
            var files = known.GetValueOrDefault(spec.Namespace)?.Files ?? [];
            var starts = files.Select(f => f.First).OfType<MongoDB.Bson.RawBsonDocument>().ToList();
            var split = await splitter.Split(spec, starts, RangeBytes ?? RangeSplitter.TargetBytes(spec.Bytes), cancellationToken);
            ranges.AddRange(Neighbourhoods.Assign(at, split, files).Select(r => (r, spec.Bytes / split.Count)));
        }
        var units = Group(ranges, RangeBytes ?? RangeSplitter.LeastTarget);
        var server = new SourceServer(topology.Version.ToString(), topology.FeatureCompatibility, topology.SetName);
        await staged.Save(input.Backup, RecordName, new BackupPlan(input.Backup, input.Started, server, startOptime, snapshot, baseRoot, collections, units), cancellationToken);
        return new(units.Count, targets, collections.Count, listed.Sum(c => c.Documents), listed.Sum(c => c.Bytes), startOptime, oplogStart, snapshot, baseRoot, warnings);
    }

    // without a base everything is stored again, which is slower and mends what is damaged; so no trouble with the base stops a backup
    private static async Task<(Cid?, BackupIndex?)> FindBase(Repository repository, ManifestState state, BackupEntry? latest, List<string> warnings, CancellationToken cancellationToken)
    {
        if (latest is null || latest.Epoch != repository.Keys.Current.Epoch) return (null, null);
        // a node may show a root pinned whose blocks it lost or changed: verification found that, and only a whole upload heals it
        if (latest.IsDegraded) return (null, null);
        if (state.IsDamaged(latest.Id))
        {
            warnings.Add($"nothing is used again of backup {latest.Id}: a scrub found blocks of it that could not be healed");
            return (null, null);
        }
        try
        {
            foreach (var node in repository.Nodes)
            {
                if (!await node.IsPinned(latest.Root, cancellationToken)) return (null, null);
            }
            using var opener = repository.Opener();
            return (latest.Root, await OpenedBackup.ReadIndex(new DagContent(repository.Blocks, latest.Root), opener, latest.Id, cancellationToken));
        }
        catch (BackupException e)
        {
            warnings.Add($"nothing is used again of backup {latest.Id}: {e.Message}");
            return (null, null);
        }
    }

    // frozen per collection: another average would cut, and so store, everything anew
    private static int AverageChunk(CollectionSpec spec, IndexedCollection? known) =>
        known is { AverageChunk: > 0 } ? known.AverageChunk : ChunkingParameters.ForCollection(spec.Bytes).Average;

    // neighbours share a unit until it is full, so that thousands of small collections are not thousands of activities
    private static List<PlannedUnit> Group(List<(PlannedRange Range, long Bytes)> ranges, long unitBytes)
    {
        var units = new List<PlannedUnit>();
        var open = new List<PlannedRange>();
        long bytes = 0;
        foreach (var (range, size) in ranges)
        {
            if (open.Count > 0 && bytes + size > unitBytes) Close();
            open.Add(range);
            bytes += size;
        }
        if (open.Count > 0) Close();
        return units;

        void Close()
        {
            units.Add(new(units.Count, open));
            (open, bytes) = ([], 0);
        }
    }
}
