using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>Removes what the restore kept on its target for going on after a crash.</summary>
internal sealed class FinishActivity(MongoEndpoint target) : IActivity<RestoreStep, FinishResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreStep, FinishResult> Name => RestoreActivities.Finish;

    /// <inheritdoc/>
    public async Task<FinishResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var connection = await target.Connect(cancellationToken);
        await new TargetReplayProgress(connection, input.Restore.ToString()).Clear(cancellationToken);
        await new RestoreState(connection, input.Restore).Drop(cancellationToken);
        return new();
    }
}
