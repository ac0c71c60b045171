using Microsoft.Extensions.Logging;

namespace BackupFunctions.Notifications;

/// <summary>
/// Tells every receiver, each on its own: one that throws is logged as an error and does not keep the others from hearing. Only cancelling ends it.
/// </summary>
public sealed partial class CompositeNotifier(IReadOnlyList<INotifier> receivers, ILogger<CompositeNotifier> logger) : INotifier
{
    /// <inheritdoc/>
    public Task Notify(Alert alert, CancellationToken cancellationToken) =>
        Task.WhenAll(receivers.Select(r => NotifyOne(r, alert, cancellationToken)));

    private async Task NotifyOne(INotifier receiver, Alert alert, CancellationToken cancellationToken)
    {
        try
        {
            await receiver.Notify(alert, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogUndelivered(alert.Event, receiver.GetType().Name, e);
        }
    }
}
