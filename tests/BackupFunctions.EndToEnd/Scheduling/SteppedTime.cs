using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.EndToEnd.Scheduling;

/// <summary>A clock that goes from one pause of the code under test to the next, and can be put back.</summary>
internal sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>What is added to the time that is told; pauses take as long as before.</summary>
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan) _pauses.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits for the next pause.</summary>
    public async Task<TimeSpan> Pause()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        return await _pauses.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Waits for the next pause, and lets it pass.</summary>
    public async Task Step() => Advance(await Pause());
}
