namespace BackupFunctions.Notifications.Channels;

/// <summary>A way to a receiver. Implementations are thread-safe.</summary>
public interface IAlertChannel
{
    /// <summary>A short name of letters, under which messages wait for it.</summary>
    string Name { get; }

    /// <summary>Where it leads, without a secret.</summary>
    string Target { get; }

    /// <summary>
    /// Delivers a message, repeating what may pass; it may arrive twice. Fails with <see cref="ErrorKind.Failed"/> when the receiver did not take it; neither the message nor the hint has a secret.
    /// </summary>
    Task Send(AlertMessage message, CancellationToken cancellationToken);
}
