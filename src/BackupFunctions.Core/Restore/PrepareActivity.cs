using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>Drops and creates collections, with their options.</summary>
internal sealed class PrepareActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreStep, PrepareResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreStep, PrepareResult> Name => RestoreActivities.Prepare;

    /// <inheritdoc/>
    public async Task<PrepareResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var job = await RestoreJob.Open(session, target, input.Restore, cancellationToken);
        if (await job.State.FindPrepared(cancellationToken) is { } prepared) return prepared;
        var writer = await job.Writer(cancellationToken);
        if (job.Request.Drop)
        {
            // views first: a collection that one stands on may be dropped, but its name may be a view's now
            foreach (var view in job.Plan.Views) await writer.Drop(view.Namespace, cancellationToken);
        }
        foreach (var collection in job.Plan.Collections)
            await writer.Create(collection.ToSpec(), job.Request.Drop ? ExistingCollection.Drop : ExistingCollection.ReplaceEmpty, cancellationToken);
        var result = new PrepareResult(job.Plan.Collections.Count);
        await job.State.Prepared(result, cancellationToken);
        return result;
    }
}
