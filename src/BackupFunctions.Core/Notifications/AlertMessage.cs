namespace BackupFunctions.Notifications;

/// <summary>What a message says about its event.</summary>
public enum AlertStatus
{
    /// <summary>It goes on.</summary>
    Firing,

    /// <summary>It is over.</summary>
    Resolved,

    /// <summary>It happened.</summary>
    Info,
}

/// <summary>
/// A message as receivers get it. <see cref="Id"/> is the same however often it is sent; <see cref="Since"/> is when the cause was first seen, <see cref="Count"/> how often since then.
/// </summary>
public sealed record AlertMessage(
    string Id, AlertStatus Status, AlertLevel Level, string Event, string? Subject, string Message, DateTimeOffset At, DateTimeOffset Since, long Count, IReadOnlyDictionary<string, string> Details)
{
    private const int MaxMessage = 3000, MaxDetail = 4000;

    /// <summary>Of an alert; what is too long for a receiver is cut.</summary>
    public static AlertMessage Of(Alert alert, AlertStatus status, DateTimeOffset since, long count) => new(
        Hash256.Sha256(System.Text.Encoding.UTF8.GetBytes($"{alert.Cause}\n{status}\n{alert.At:O}")).ToString()[..32],
        status, alert.Level, alert.Event, alert.Subject, Cut(alert.Message, MaxMessage), alert.At, since, count,
        alert.Details.ToDictionary(d => d.Key, d => Cut(d.Value, MaxDetail), StringComparer.Ordinal));

    /// <summary>In some words: <c>ERROR backup.failed/full</c>.</summary>
    public string Title => $"{(Status == AlertStatus.Resolved ? "RESOLVED" : Level switch { AlertLevel.Info => "INFO", AlertLevel.Warning => "WARN", _ => "ERROR" })} {(Subject is null ? Event : $"{Event}/{Subject}")}";

    private static string Cut(string text, int length) => text.Length <= length ? text : $"{text[..length]}…";
}
