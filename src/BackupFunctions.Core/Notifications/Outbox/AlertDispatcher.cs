using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications.Channels;
using BackupFunctions.Staging;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Notifications.Outbox;

/// <summary>
/// Tells receivers: the same cause once in a while, its end, not too much in an hour, and what cannot be delivered later, also by another process. It never throws but when it is cancelled, and
/// takes no longer than its patience: no backup fails or waits for a receiver that is down. Thread-safe.
/// </summary>
public sealed partial class AlertDispatcher : INotifier
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<IAlertChannel> _channels;
    private readonly AlertLedger _ledger;
    private readonly AlertDelivery _delivery;
    private readonly TimeProvider _time;
    private readonly Func<string, string> _redact;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _deciding = new(1, 1), _sending = new(1, 1);
    private volatile bool _wanted;

    /// <summary>Over these channels and this staging.</summary>
    public AlertDispatcher(AlertSettings settings, IReadOnlyList<IAlertChannel> channels, IStaging staging, SecretRedactor redactor, TimeProvider time, ILogger<AlertDispatcher> logger)
    {
        var store = new AlertStore(staging);
        (_channels, _time, _redact, _logger) = (channels, time, redactor.Redact, logger);
        _ledger = new(settings, store, [.. channels.Select(c => c.Name)], time);
        _delivery = new(settings, channels, store, time, logger);
    }

    /// <inheritdoc/>
    public async Task Notify(Alert alert, CancellationToken cancellationToken)
    {
        await Tell(alert, cancellationToken);
        await Deliver(evenIfDown: false, cancellationToken);
    }

    /// <summary>Takes an alert without sending it yet; whether it is news.</summary>
    public async Task<bool> Tell(Alert alert, CancellationToken cancellationToken)
    {
        // before it is kept anywhere
        alert = alert with { Message = _redact(alert.Message), Details = alert.Details.ToDictionary(d => d.Key, d => _redact(d.Value), StringComparer.Ordinal) };
        try
        {
            return (await Decide(() => _ledger.Take(alert, cancellationToken), cancellationToken)).Told.Count > 0;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogNotKept(alert.Event, e);
            await SendAtOnce(alert, cancellationToken);
            return true;
        }
    }

    /// <summary>Takes it that a cause is over which was not seen after this moment, without telling it yet.</summary>
    public Task Settle(string cause, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        Quietly(() => Decide(() => _ledger.Settle(cause, asOf, cancellationToken), cancellationToken), cancellationToken);

    /// <summary>Sends what waits, also to receivers that failed a moment ago, and forgets what is long over.</summary>
    public async Task Deliver(CancellationToken cancellationToken)
    {
        await Quietly(() => _ledger.Forget(cancellationToken), cancellationToken);
        await Deliver(evenIfDown: true, cancellationToken);
    }

    /// <summary>Sends a test to every channel, past all that waits; gives what kept it from any.</summary>
    public async Task<IReadOnlyList<TestedChannel>> Test(CancellationToken cancellationToken)
    {
        var alert = new Alert(AlertLevel.Info, AlertEvents.Test, "this is a test: alerts of backups arrive here", _time.GetUtcNow(), new Dictionary<string, string>());
        var message = AlertMessage.Of(alert, AlertStatus.Info, alert.At, 1);
        return await Task.WhenAll(_channels.Select(async channel =>
        {
            try
            {
                await channel.Send(message, cancellationToken);
                return new TestedChannel(channel.Name, channel.Target, null);
            }
            catch (BackupException e)
            {
                return new(channel.Name, channel.Target, e);
            }
        }));
    }

    // one at a time: who finds another at it leaves it to him, and he looks again
    private async Task Deliver(bool evenIfDown, CancellationToken cancellationToken)
    {
        for (_wanted = true; _wanted && await _sending.WaitAsync(0, CancellationToken.None);)
        {
            try
            {
                _wanted = false;
                using var patience = new CancellationTokenSource(s_patience, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
                await Quietly(() => _delivery.Run(evenIfDown, either.Token), cancellationToken);
            }
            finally
            {
                _sending.Release();
            }
        }
    }

    private async Task<Taken> Decide(Func<Task<Taken>> decide, CancellationToken cancellationToken)
    {
        await _deciding.WaitAsync(cancellationToken);
        try
        {
            var taken = await decide();
            foreach (var message in taken.Told) LogTold(message.Title, message.Message);
            if (taken.Dropped > 0) LogDropped(taken.Dropped, AlertLedger.MaxWaiting);
            return taken;
        }
        finally
        {
            _deciding.Release();
        }
    }

    // without a place to keep it, now or never
    private Task SendAtOnce(Alert alert, CancellationToken cancellationToken)
    {
        if (AlertEvents.IsSilent(alert)) return Task.CompletedTask;
        var message = AlertMessage.Of(alert, alert.Level == AlertLevel.Info ? AlertStatus.Info : AlertStatus.Firing, alert.At, 1);
        return Task.WhenAll(_channels.Select(c => Quietly(() => c.Send(message, cancellationToken), cancellationToken)));
    }

    private async Task Quietly(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "alert {Title} is told: {Text}")]
    private partial void LogTold(string title, string text);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "keep alert {Type} until it is delivered: failed; it is sent once")]
    private partial void LogNotKept(string type, Exception error);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "{Count} alerts that waited are dropped: {Most} wait already")]
    private partial void LogDropped(int count, int most);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "deliver alerts: failed")]
    private partial void LogFailed(Exception error);
}

/// <summary>A channel that was tested: its name, where it leads (no secret), and what went wrong, null for nothing.</summary>
public sealed record TestedChannel(string Name, string Target, BackupException? Problem);
