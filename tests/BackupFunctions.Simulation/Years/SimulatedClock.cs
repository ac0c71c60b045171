namespace BackupFunctions.Simulation.Years;

/// <summary>A clock that stands until it is put somewhere. Timers are the system's: nothing that is simulated waits for one.</summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private long _ticks = start.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    // what is measured goes on when the clock is put back
    public override long GetTimestamp() => 0;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
