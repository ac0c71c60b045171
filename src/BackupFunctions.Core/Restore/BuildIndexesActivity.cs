using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>Builds the indexes of one collection, after its data.</summary>
internal sealed class BuildIndexesActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreStep, IndexResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreStep, IndexResult> Name => RestoreActivities.BuildIndexes;

    /// <inheritdoc/>
    public async Task<IndexResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var job = await RestoreJob.Open(session, target, input.Restore, cancellationToken);
        var spec = await job.Spec(input.Number, cancellationToken);
        var writer = await job.Writer(cancellationToken);
        return new(spec.Indexes.Count, await writer.BuildIndexes(spec, cancellationToken));
    }
}
