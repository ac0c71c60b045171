using System.Globalization;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Notifications;

/// <summary>
/// Alerts as log lines: the level of the alert, the event as <c>type</c>, how it went as <c>status</c>, the message followed by the details as <c>name=value</c>; what details say of a backup is in the fields of the line as well.
/// </summary>
public sealed partial class LogNotifier(ILogger<LogNotifier> logger) : INotifier
{
    /// <inheritdoc/>
    public Task Notify(Alert alert, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var details = string.Concat(alert.Details.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $" {d.Key}={d.Value}"));
        using var fields = logger.BeginScope(Fields(alert).ToList());
        LogAlert(LevelOf(alert.Level), alert.Event, alert.Message, details);
        return Task.CompletedTask;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Fields(Alert alert)
    {
        yield return new("Status", alert.Level switch { AlertLevel.Info => "success", AlertLevel.Warning => "warning", _ => "failed" });
        if (alert.Details.TryGetValue("root", out var root)) yield return new("Cid", root);
        if (alert.Details.TryGetValue("backupId", out var backup)) yield return new("BackupId", backup);
        if (alert.Details.TryGetValue("size", out var size) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)) yield return new("Size", bytes);
        if (alert.Details.TryGetValue("duration", out var duration) && double.TryParse(duration, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)) yield return new("Duration", seconds);
    }

    private static LogLevel LevelOf(AlertLevel level) => level switch
    {
        AlertLevel.Info => LogLevel.Information,
        AlertLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
