namespace BackupFunctions.Notifications;

/// <summary>
/// Tells somebody. It may be called twice with the same alert. It does not throw for a receiver that is down: an alert must not fail the
/// backup that it speaks of; what could not be delivered is logged as an error.
/// </summary>
public interface INotifier
{
    /// <summary>Delivers one alert.</summary>
    Task Notify(Alert alert, CancellationToken cancellationToken);
}

/// <summary>How bad it is.</summary>
public enum AlertLevel
{
    /// <summary>Good to know, for example a backup that succeeded.</summary>
    Info,

    /// <summary>Something is less safe than it should be.</summary>
    Warning,

    /// <summary>Something failed and needs a person.</summary>
    Error,
}

/// <summary>One alert. <see cref="Event"/> is a stable name (<c>backup.completed</c>, <c>backup.degraded</c>, <c>backup.failed</c>, <c>oplog.gap</c>; all are in docs/http-api.md).</summary>
public sealed record Alert(AlertLevel Level, string Event, string Message, DateTimeOffset At, IReadOnlyDictionary<string, string> Details)
{
    /// <summary>Of which of several things it speaks, such as the type of a backup; null where there is one.</summary>
    public string? Subject { get; init; }

    /// <summary>What it has in common with those that tell the same again.</summary>
    public string Cause => Subject is null ? Event : $"{Event}/{Subject}";
}
