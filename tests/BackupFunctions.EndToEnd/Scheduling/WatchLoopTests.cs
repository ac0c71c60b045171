using BackupFunctions.Configuration;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Scheduling;
using BackupFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.EndToEnd.Scheduling;

/// <summary>When it is looked whether backups succeed, by a clock that the test moves.</summary>
public sealed class WatchLoopTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private readonly SteppedTime _time = new(s_start);
    private readonly CancellationTokenSource _stopping = new();
    private readonly LoggerFactory _loggers = new();
    private readonly StringWriter _log = new();
    private readonly List<string> _looks = [];
    private TimeSpan? _pause;

    public WatchLoopTests() => _loggers.AddProvider(new JsonLineLoggerProvider(_log, _time, new SecretRedactor(), "test"));

    public void Dispose()
    {
        _stopping.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task It_looks_at_each_moment_of_its_schedule_and_at_no_other()
    {
        var running = Start(_ => Task.CompletedTask);
        await Looks(3);
        _looks.ShouldBe(["05:10:00", "05:15:00", "05:20:00"]);
        await End(running);
    }

    [Fact]
    public async Task A_look_that_throws_is_logged_and_the_next_one_comes()
    {
        var running = Start(_ => _looks.Count < 3 ? throw new InvalidOperationException("the catalogue is not what it was") : Task.CompletedTask);
        await Looks(3);
        _looks.ShouldBe(["05:10:00", "05:15:00", "05:20:00"]);
        _log.ToString().Split('\n').Count(l => l.Contains("look whether backups succeed: failed", StringComparison.Ordinal) && l.Contains("the catalogue is not what it was", StringComparison.Ordinal)).ShouldBe(2);
        await End(running);
    }

    [Fact]
    public async Task A_look_that_gives_up_by_itself_does_not_end_the_loop()
    {
        var running = Start(_ => throw new OperationCanceledException("no answer in time"));
        await Looks(2);
        running.IsCompleted.ShouldBeFalse();
        await End(running);
    }

    [Fact]
    public async Task Moments_that_pass_while_it_looks_are_left_out()
    {
        var running = Start(_ =>
        {
            if (_looks.Count == 1) _time.Advance(TimeSpan.FromMinutes(11));
            return Task.CompletedTask;
        });
        await Looks(3);
        _looks.ShouldBe(["05:10:00", "05:25:00", "05:30:00"]);
        await End(running);
    }

    [Fact]
    public async Task A_clock_that_is_put_back_does_not_stop_it_until_it_is_as_late_again()
    {
        var running = Start(_ => Task.CompletedTask);
        await Looks(1);
        _time.Shift = TimeSpan.FromHours(-3);
        await Looks(3);
        // it finds out when it wakes up, within a minute
        _looks.ShouldBe(["05:10:00", "02:15:00", "02:20:00"]);
        await End(running);
    }

    [Fact]
    public async Task It_ends_with_the_host_also_while_it_looks()
    {
        var looking = new TaskCompletionSource();
        var running = Start(async token =>
        {
            looking.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        for (var step = 0; step < 100 && !looking.Task.IsCompleted; step++)
        {
            if (await Task.WhenAny(_time.Step(), looking.Task) == looking.Task) break;
        }
        await End(running);
        _log.ToString().ShouldBeEmpty();
    }

    private Task Start(Func<CancellationToken, Task> look)
    {
        var loop = new WatchLoop(Schedule.Parse("*/5 * * * *"), token =>
        {
            _looks.Add(_time.GetUtcNow().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
            return look(token);
        }, _time, _loggers.CreateLogger<WatchLoop>());
        return Task.Run(() => loop.Run(_stopping.Token));
    }

    private async Task Looks(int count)
    {
        for (var step = 0; step < 1000; step++)
        {
            if (_pause is { } pause) _time.Advance(pause);
            _pause = await _time.Pause();
            if (_looks.Count >= count) return;
        }
        throw new InvalidOperationException($"it has looked {_looks.Count} times");
    }

    private async Task End(Task running)
    {
        await _stopping.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
    }
}
