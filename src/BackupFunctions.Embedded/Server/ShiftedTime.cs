namespace BackupFunctions.Embedded.Server;

/// <summary>Another clock, put forward or back; its timers run on as they were.</summary>
internal sealed class ShiftedTime(TimeProvider time) : TimeProvider
{
    private long _ticks;

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override long TimestampFrequency => time.TimestampFrequency;

    /// <summary>Puts the clock forward, or back by a negative span.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
