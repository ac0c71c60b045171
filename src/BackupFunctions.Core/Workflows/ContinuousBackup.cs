using BackupFunctions.Telemetry;

namespace BackupFunctions.Workflows;

/// <summary>
/// Runs incremental backups one after the other until it is cancelled. Each is a run of its own that records its slice, so that a stop at any
/// moment leaves the chain as the last one recorded it.
/// </summary>
public static class ContinuousBackup
{
    /// <summary>The most bytes of a slice: 16 MiB.</summary>
    public const long DefaultMaxBytes = 16L << 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>How long a slice stays open: 10 seconds.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Runs rounds. One that fails has sent its alert; it is told and repeated after a pause of 1 second, doubled with each failure in a row up to
    /// 5 minutes. Only what a retry cannot change (settings, the key) ends it, and only while no round has succeeded.
    /// </summary>
    public static async Task Run(
        Func<CancellationToken, Task<IncrementalBackupResult>> round, TimeProvider time, Action<IncrementalBackupResult> onRound, Action<ContinuousFailure> onFailure, CancellationToken cancellationToken)
    {
        for (var (failures, succeeded) = (0, false); ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var result = await round(cancellationToken);
                (failures, succeeded) = (0, true);
                onRound(result);
                continue;
            }
            catch (ActivityFailedException e) when (succeeded || e.Kind is not (ErrorKind.Configuration or ErrorKind.WrongKey))
            {
                var pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures++), LongestPause.TotalSeconds));
                onFailure(new(ErrorText.ForUser(e), e.Hint, pause));
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }
}

/// <summary>A round that failed, and the pause before the next.</summary>
public sealed record ContinuousFailure(string Message, string? Hint, TimeSpan Pause);
