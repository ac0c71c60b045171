using BackupFunctions.Mongo;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Mongo;

public class SessionRefreshTests
{
    [Fact]
    public async Task Long_dumps_refresh_their_session_well_before_the_server_forgets_it()
    {
        SessionRefresh.Interval.ShouldBeLessThan(TimeSpan.FromMinutes(30));
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var refreshes = 0;
        var refreshed = new SemaphoreSlim(0);
        var running = SessionRefresh.Run(_ =>
        {
            refreshed.Release();
            return ++refreshes == 2 ? throw new TimeoutException() : Task.CompletedTask;
        }, time, stop.Token);

        for (var i = 1; i <= 4; i++)
        {
            time.Advance(SessionRefresh.Interval);
            (await refreshed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).ShouldBeTrue($"refresh {i}");
        }
        await stop.CancelAsync();
        await running;
        refreshes.ShouldBe(4);
    }
}
