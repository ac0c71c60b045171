using BackupFunctions.Backup;
using BackupFunctions.Workflows;

namespace BackupFunctions.Notifications;

/// <summary>Hands an alert to the notifier.</summary>
internal sealed class NotifyActivity(INotifier notifier) : IActivity<NotifyInput, NotifyResult>
{
    /// <inheritdoc/>
    public ActivityName<NotifyInput, NotifyResult> Name => BackupActivities.Notify;

    /// <inheritdoc/>
    public async Task<NotifyResult> Run(NotifyInput input, CancellationToken cancellationToken)
    {
        await notifier.Notify(input.Alert, cancellationToken);
        return new();
    }
}
