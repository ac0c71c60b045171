namespace BackupFunctions.Embedded.Replication;

/// <summary>
/// Wakes whoever waits for something to change. Take <see cref="Next"/> first, then look, then wait: no change is missed. Any thread may call it.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    /// <summary>Completes at the next change.</summary>
    public Task Next()
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _next, fresh, null) ?? fresh).Task;
    }

    /// <summary>Wakes all that wait now.</summary>
    public void Pulse() => Interlocked.Exchange(ref _next, null)?.TrySetResult();

    /// <summary>Waits until a condition holds; false when the time is up first.</summary>
    /// <param name="condition">Looked at again at each change.</param>
    /// <param name="limit">How long to wait, by the real clock: it is the client's patience and no time of the data; null is without end.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<bool> Until(Func<bool> condition, TimeSpan? limit, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var changed = Next();
            if (condition()) return true;
            var left = limit is { } most ? most - TimeProvider.System.GetElapsedTime(started) : Timeout.InfiniteTimeSpan;
            if (limit is not null && left <= TimeSpan.Zero) return false;
            await changed.WaitAsync(left, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
