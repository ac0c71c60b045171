namespace BackupFunctions.Notifications.Outbox;

/// <summary>A message, and the receivers that it waits for.</summary>
internal sealed record PendingAlert(AlertMessage Message, IReadOnlyList<string> Receivers);

/// <summary>
/// A cause that was seen: at which level, since when, when last and how often, and when it was told last (null: never, for it is below the level that is told).
/// </summary>
internal sealed record SeenCause(Alert Alert, DateTimeOffset Since, DateTimeOffset Seen, long Count, DateTimeOffset? Told);

/// <summary>A receiver: when it got messages in the last hour, and until when it is left alone.</summary>
internal sealed record ReceiverState(IReadOnlyList<DateTimeOffset> Sent, DateTimeOffset? NotBefore);
