namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// A number of bytes per second that all who share it may move together. What was not used may be caught up with for a tenth of a second, so
/// that over any time t no more than <c>rate × (t + 0.1 s)</c> bytes pass, and from its start no more than <c>rate × t</c>. Thread-safe.
/// </summary>
public sealed class RateLimit(long bytesPerSecond, TimeProvider time)
{
    private const int MaxPortion = 1024 * 1024;
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();

    // since the start: until when the bytes let through have used the rate up
    private TimeSpan _usedUntil;

    /// <summary>How many bytes to ask for at once: those of a tenth of a second, so that they flow evenly, and at most 1 MiB.</summary>
    public int Portion { get; } = (int)Math.Clamp(bytesPerSecond * Slot.TotalSeconds, 1, MaxPortion);

    /// <summary>Waits until so many more bytes may have passed. Who asks first is served first.</summary>
    public async ValueTask Take(int bytes, CancellationToken cancellationToken)
    {
        var wait = Reserve(TimeSpan.FromSeconds((double)bytes / bytesPerSecond));
        if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);
    }

    private TimeSpan Reserve(TimeSpan length)
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_start);
            if (_usedUntil < now - Slot) _usedUntil = now - Slot;
            _usedUntil += length;
            return _usedUntil - now;
        }
    }
}
