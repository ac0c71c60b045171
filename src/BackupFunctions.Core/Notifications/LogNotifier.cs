using Microsoft.Extensions.Logging;

namespace BackupFunctions.Notifications;

/// <summary>Alerts as log lines: the level of the alert, the event as <c>type</c>, the message followed by the details as <c>name=value</c>.</summary>
public sealed partial class LogNotifier(ILogger<LogNotifier> logger) : INotifier
{
    /// <inheritdoc/>
    public Task Notify(Alert alert, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var details = string.Concat(alert.Details.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $" {d.Key}={d.Value}"));
        LogAlert(LevelOf(alert.Level), alert.Event, alert.Message, details);
        return Task.CompletedTask;
    }

    private static LogLevel LevelOf(AlertLevel level) => level switch
    {
        AlertLevel.Info => LogLevel.Information,
        AlertLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
