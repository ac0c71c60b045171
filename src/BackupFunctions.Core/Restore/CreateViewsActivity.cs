using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>Creates the views, when all that they may stand on is there. Run again, it finds those that it made.</summary>
internal sealed class CreateViewsActivity(RestoreSession session, MongoEndpoint target) : IActivity<ViewsInput, ViewsResult>
{
    /// <inheritdoc/>
    public ActivityName<ViewsInput, ViewsResult> Name => RestoreActivities.CreateViews;

    /// <inheritdoc/>
    public async Task<ViewsResult> Run(ViewsInput input, CancellationToken cancellationToken)
    {
        var job = await RestoreJob.Open(session, target, input.Restore, cancellationToken);
        var writer = await job.Writer(cancellationToken);
        for (var at = input.First; at < input.First + input.Count; at++)
        {
            var view = await job.Spec(at, cancellationToken);
            var existing = await CollectionLister.Find(job.Target, view.Namespace, cancellationToken);
            if (existing is not null && SpecComparer.Compare(view, existing).Count == 0) continue;
            await writer.Create(view, job.Request.Drop ? ExistingCollection.Drop : ExistingCollection.Refuse, cancellationToken);
        }
        return new(input.Count);
    }
}
