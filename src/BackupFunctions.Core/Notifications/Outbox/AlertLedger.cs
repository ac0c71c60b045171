namespace BackupFunctions.Notifications.Outbox;

/// <summary>
/// Decides what is told: a cause at once, again after a while if it goes on, and when it is over. What is told waits in the store until each receiver has it. Not thread-safe: one call at a time.
/// </summary>
internal sealed class AlertLedger(AlertSettings settings, AlertStore store, IReadOnlyList<string> receivers, TimeProvider time)
{
    /// <summary>The most messages that wait; beyond it the least important, and of these the oldest, goes.</summary>
    public const int MaxWaiting = 256;

    /// <summary>How long a cause is remembered that is not seen again and whose end nobody tells.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromDays(7);

    /// <summary>Takes an alert; gives what is told, and how many messages had to make room.</summary>
    public async Task<Taken> Take(Alert alert, CancellationToken cancellationToken)
    {
        var told = new List<AlertMessage>();
        foreach (var cause in AlertEvents.Ends(alert))
        {
            if (await End(cause, alert.At, alert.Message, cancellationToken) is { } resolved) told.Add(resolved);
        }
        if (!AlertEvents.IsSilent(alert) && await See(alert, cancellationToken) is { } message) told.Add(message);
        return await Keep(told, cancellationToken);
    }

    /// <summary>Takes it that a cause is over which was not seen after <paramref name="asOf"/>.</summary>
    public async Task<Taken> Settle(string cause, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        await End(cause, asOf, "it is over", cancellationToken) is { } resolved ? await Keep([resolved], cancellationToken) : new([], 0);

    /// <summary>Forgets causes that were not seen for long.</summary>
    public async Task Forget(CancellationToken cancellationToken)
    {
        foreach (var run in await store.Causes(cancellationToken))
        {
            if (await store.Read<SeenCause>(run, cancellationToken) is { } seen && time.GetUtcNow() - seen.Seen > Forgotten) await store.Delete(run, cancellationToken);
        }
    }

    private async Task<AlertMessage?> See(Alert alert, CancellationToken cancellationToken)
    {
        var run = AlertStore.RunOf(alert.Cause);
        var now = time.GetUtcNow();
        var before = await store.Read<SeenCause>(run, cancellationToken);
        // what merely happens does not go on
        if (before is not null && (now - before.Seen > Forgotten || before.Alert.Level == AlertLevel.Info && now - before.Told >= settings.Repeat)) before = null;
        var seen = before is null ? new(alert, alert.At, alert.At, 1, null) : before with { Alert = alert, Seen = alert.At, Count = before.Count + 1 };
        var repeated = before?.Told is { } last && alert.Level <= before.Alert.Level && now - last < settings.Repeat;
        // a level that was told stays until it is over
        if (repeated) seen = seen with { Alert = alert with { Level = before!.Alert.Level } };
        var tells = !repeated && alert.Level >= settings.Level;
        await store.Write(run, tells ? seen with { Told = now } : seen, cancellationToken);
        return tells ? AlertMessage.Of(alert, alert.Level == AlertLevel.Info ? AlertStatus.Info : AlertStatus.Firing, seen.Since, seen.Count) : null;
    }

    private async Task<AlertMessage?> End(string cause, DateTimeOffset asOf, string why, CancellationToken cancellationToken)
    {
        var run = AlertStore.RunOf(cause);
        if (await store.Read<SeenCause>(run, cancellationToken) is not { } seen || seen.Seen > asOf) return null;
        await store.Delete(run, cancellationToken);
        if (seen.Told is null || seen.Alert.Level == AlertLevel.Info) return null;
        var over = seen.Alert with { At = asOf, Message = $"{why}; before: {seen.Alert.Message}", Details = new Dictionary<string, string>() };
        return AlertMessage.Of(over, AlertStatus.Resolved, seen.Since, seen.Count);
    }

    private async Task<Taken> Keep(IReadOnlyList<AlertMessage> told, CancellationToken cancellationToken)
    {
        foreach (var message in told) await store.Write(AlertStore.RunOf(message), new PendingAlert(message, receivers), cancellationToken);
        return new(told, told.Count == 0 ? 0 : await MakeRoom(cancellationToken));
    }

    private async Task<int> MakeRoom(CancellationToken cancellationToken)
    {
        var runs = await store.Messages(cancellationToken);
        if (runs.Count <= MaxWaiting) return 0;
        var waiting = new List<(string Run, AlertLevel Level)>();
        foreach (var run in runs) waiting.Add((run, (await store.Read<PendingAlert>(run, cancellationToken))?.Message.Level ?? AlertLevel.Info));
        var excess = waiting.OrderBy(w => w.Level).Take(runs.Count - MaxWaiting).ToList();
        foreach (var (run, _) in excess) await store.Delete(run, cancellationToken);
        return excess.Count;
    }
}

/// <summary>What is told now, and how many older messages were dropped for it.</summary>
internal sealed record Taken(IReadOnlyList<AlertMessage> Told, int Dropped);
