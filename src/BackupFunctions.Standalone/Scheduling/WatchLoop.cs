using BackupFunctions.Scheduling;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Standalone.Scheduling;

/// <summary>Looks at every moment of a schedule whether backups succeed. A moment that passes meanwhile is left out; one that fails is logged.</summary>
internal sealed partial class WatchLoop(Schedule schedule, Func<CancellationToken, Task> watch, TimeProvider time, ILogger<WatchLoop> logger)
{
    // a clock that was set is noticed within this time
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        try
        {
            for (var last = time.GetUtcNow(); schedule.After(last) is { } next;)
            {
                var sleep = next - time.GetUtcNow();
                if (sleep > TimeSpan.Zero) await Task.Delay(sleep < LongestSleep ? sleep : LongestSleep, time, cancellationToken);
                else
                {
                    await Once(cancellationToken);
                    last = time.GetUtcNow();
                }
                // a clock that was put back
                if (last > time.GetUtcNow()) last = time.GetUtcNow();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the process ends
        }
    }

    private async Task Once(CancellationToken cancellationToken)
    {
        try
        {
            await watch(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "look whether backups succeed: failed")]
    private partial void LogFailed(Exception error);
}
