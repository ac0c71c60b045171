namespace BackupFunctions.Simulation.Engine;

/// <summary>The system's time, with timers that wait a twentieth: pauses between polls and retries are not what is simulated.</summary>
internal sealed class QuickTime : TimeProvider
{
    private const int Factor = 20;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Factor : dueTime, period);
}
