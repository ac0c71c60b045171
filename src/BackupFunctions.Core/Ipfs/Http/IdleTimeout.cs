namespace BackupFunctions.Ipfs.Http;

/// <summary>
/// Cancels when nothing has moved for some time, or when the caller cancels. Starts to run at once. An upload of days is fine as long as bytes
/// move. Thread-safe.
/// </summary>
internal sealed class IdleTimeout : IDisposable
{
    private readonly CancellationTokenSource _idle, _either;

    public IdleTimeout(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        Limit = limit;
        _idle = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, cancellationToken);
    }

    /// <summary>How long nothing may move.</summary>
    public TimeSpan Limit { get; }

    /// <summary>Cancelled by the caller, or because nothing moved.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether nothing moved for too long.</summary>
    public bool Expired => _idle.IsCancellationRequested;

    /// <summary>Something moved: the time runs anew.</summary>
    public void Progress() => _idle.CancelAfter(Limit);

    /// <summary>Stops the time until the next <see cref="Progress"/>: it is not the other side that is waited for.</summary>
    public void Pause() => _idle.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }
}
