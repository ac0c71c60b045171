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

/// <summary>One alert. <see cref="Event"/> is a stable name (<c>backup.completed</c>, <c>backup.degraded</c>, <c>backup.failed</c>, <c>oplog.gap</c>).</summary>
public sealed record Alert(AlertLevel Level, string Event, string Message, DateTimeOffset At, IReadOnlyDictionary<string, string> Details);
