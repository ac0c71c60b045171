using BackupFunctions.Notifications.Channels;
using BackupFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Notifications.Outbox;

/// <summary>Brings messages that wait to their receivers, in order. A receiver that fails keeps what waits for it, and is left alone for a while.</summary>
internal sealed partial class AlertDelivery(AlertSettings settings, IReadOnlyList<IAlertChannel> channels, AlertStore store, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How long a message waits at most.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromDays(7);

    // a backup is not held up by each of its alerts for as long as it takes to find a receiver dead
    private static readonly TimeSpan s_leftAlone = TimeSpan.FromMinutes(10), s_window = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _changes = new(1, 1);

    /// <summary>Sends to all receivers at once; with <paramref name="evenIfDown"/> also to those that are left alone.</summary>
    public Task Run(bool evenIfDown, CancellationToken cancellationToken) => Task.WhenAll(channels.Select(c => Run(c, evenIfDown, cancellationToken)));

    private async Task Run(IAlertChannel channel, bool evenIfDown, CancellationToken cancellationToken)
    {
        var stateRun = AlertStore.RunOfReceiver(channel.Name);
        var state = await store.Read<ReceiverState>(stateRun, cancellationToken) ?? new([], null);
        if (!evenIfDown && state.NotBefore > time.GetUtcNow()) return;
        foreach (var run in await store.Messages(cancellationToken))
        {
            if (await store.Read<PendingAlert>(run, cancellationToken) is not { } pending || !pending.Receivers.Contains(channel.Name)) continue;
            var now = time.GetUtcNow();
            if (now - pending.Message.At > Expiry)
            {
                LogExpired(pending.Message.Title, channel.Name);
                await Done(run, channel.Name, cancellationToken);
                continue;
            }
            state = state with { Sent = [.. state.Sent.Where(s => now - s < s_window)] };
            if (state.Sent.Count >= settings.PerHour)
            {
                LogHeldBack(channel.Name, settings.PerHour);
                return;
            }
            try
            {
                await channel.Send(pending.Message, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogUndelivered(pending.Message.Title, channel.Name, ErrorText.Of(e));
                await store.Write(stateRun, state with { NotBefore = now + s_leftAlone }, cancellationToken);
                return;
            }
            await Done(run, channel.Name, cancellationToken);
            state = new([.. state.Sent, now], null);
            await store.Write(stateRun, state, cancellationToken);
        }
    }

    // the other receivers are served meanwhile
    private async Task Done(string run, string receiver, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            if (await store.Read<PendingAlert>(run, cancellationToken) is not { } pending) return;
            var left = pending.Receivers.Where(r => r != receiver).ToList();
            if (left.Count > 0) await store.Write(run, pending with { Receivers = left }, cancellationToken);
            else await store.Delete(run, cancellationToken);
        }
        finally
        {
            _changes.Release();
        }
    }

    public void Dispose() => _changes.Dispose();

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "deliver alert {Title} by {Receiver}: {Reason}; it waits and is sent again")]
    private partial void LogUndelivered(string title, string receiver, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "alert {Title} waited for a week and is not delivered by {Receiver}")]
    private partial void LogExpired(string title, string receiver);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "{Receiver} has got {Count} alerts in the last hour: the others are sent later")]
    private partial void LogHeldBack(string receiver, int count);
}
