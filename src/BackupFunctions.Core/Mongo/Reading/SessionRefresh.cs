using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>
/// Keeps a server session alive while its user is slow: the server ends sessions, and their cursors, after 30 minutes without a sign of life.
/// </summary>
public static class SessionRefresh
{
    /// <summary>The time between two refreshes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Calls <paramref name="refresh"/> in this interval until it is stopped, and then returns. A refresh that fails is left to the next one: a
    /// session that is lost nevertheless shows as a lost cursor, which the reader opens again.
    /// </summary>
    public static async Task Run(Func<CancellationToken, Task> refresh, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                try
                {
                    await refresh(stop).ConfigureAwait(false);
                }
                catch (Exception e) when (e is MongoException or TimeoutException or IOException)
                {
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}
