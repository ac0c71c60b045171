using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Manifest;

/// <summary>Finds the entries behind which the next slices begin, by what is recorded and what waits in staging to be. Makes nothing, and needs no repository: without one there is no chain yet.</summary>
internal sealed class PlanIncrementalActivity(MongoEndpoint source, RepositorySession session, ManifestStore manifest, StagedBackups staged, DeliveryTargets targets)
    : IActivity<IncrementalPlanInput, IncrementalPlanResult>
{
    /// <summary>How often it is recorded, at most, that nothing was written.</summary>
    public static readonly TimeSpan CoverageInterval = TimeSpan.FromMinutes(1);

    private const int MergesPerRun = 8;

    /// <inheritdoc/>
    public ActivityName<IncrementalPlanInput, IncrementalPlanResult> Name => BackupActivities.PlanIncremental;

    /// <inheritdoc/>
    public async Task<IncrementalPlanResult> Run(IncrementalPlanInput input, CancellationToken cancellationToken)
    {
        var connection = await source.Connect(cancellationToken);
        var topology = await Topology.Read(connection, cancellationToken);
        if (topology.Kind != DeploymentKind.ReplicaSet) throw OplogPosition.NoOplog(connection);
        var server = new SourceServer(topology.Version.ToString(), topology.FeatureCompatibility, topology.SetName);
        if (!await session.Exists(cancellationToken)) return new(server, targets, [], null, false, 0, []);

        var repository = await session.Open(cancellationToken);
        var state = await manifest.Load(cancellationToken);
        var recorded = state.Backups.Concat(state.Removed.Select(t => t.Backup)).Select(b => b.Id).ToHashSet();
        var waiting = (await staged.List(cancellationToken)).Whole.Where(s => !recorded.Contains(s.Entry.Id)).ToList();
        var before = waiting.SelectMany(s => s.Before).ToList();
        var timeline = new OplogTimeline(
            state.Backups.Concat(waiting.Select(s => s.Entry)),
            state.Coverage.Concat(before.OfType<CoverageAdvanced>()).DistinctBy(c => c.Through), [.. state.Gaps.Concat(before.OfType<GapRecorded>()).DistinctBy(g => g.After)]);
        var (tips, full) = timeline.Tips();
        // a clock that was set back must not put it off
        var since = input.Now - (state.Coverage.Select(c => c.At).DefaultIfEmpty().Max());
        return new(server, targets, tips, tips.Any(t => t.Covered == full) ? null : full, since >= CoverageInterval || since < TimeSpan.Zero, waiting.Count,
            [.. SliceMerging.Find(state, repository.Keyring.CurrentEpoch, input.Now).Take(MergesPerRun)]);
    }
}
