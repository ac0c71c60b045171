using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Manifest;

/// <summary>Finds the recorded entries behind which the next slices begin. Makes nothing, and needs no repository: without one there is no chain yet.</summary>
internal sealed class PlanIncrementalActivity(MongoEndpoint source, RepositorySession session, ManifestStore manifest, int nodes)
    : IActivity<IncrementalPlanInput, IncrementalPlanResult>
{
    /// <summary>How often it is recorded, at most, that nothing was written.</summary>
    public static readonly TimeSpan CoverageInterval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public ActivityName<IncrementalPlanInput, IncrementalPlanResult> Name => BackupActivities.PlanIncremental;

    /// <inheritdoc/>
    public async Task<IncrementalPlanResult> Run(IncrementalPlanInput input, CancellationToken cancellationToken)
    {
        var connection = await source.Connect(cancellationToken);
        var topology = await Topology.Read(connection, cancellationToken);
        if (topology.Kind != DeploymentKind.ReplicaSet) throw OplogPosition.NoOplog(connection);
        var server = new SourceServer(topology.Version.ToString(), topology.FeatureCompatibility, topology.SetName);
        if (!await Exists(cancellationToken)) return new(server, nodes, [], null, false);

        var state = await manifest.Load(cancellationToken);
        var (tips, full) = OplogTimeline.Of(state).Tips();
        // a clock that was set back must not put it off
        var since = input.Now - (state.Coverage.Select(c => c.At).DefaultIfEmpty().Max());
        return new(server, nodes, tips, tips.Any(t => t.Covered == full) ? null : full, since >= CoverageInterval || since < TimeSpan.Zero);
    }

    private async Task<bool> Exists(CancellationToken cancellationToken)
    {
        try
        {
            await session.Open(cancellationToken);
            return true;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            return false;
        }
    }
}
