using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows;

public class FanOutTests
{
    [Fact]
    public async Task Once_it_is_enough_nothing_more_is_started()
    {
        var started = new List<int>();
        var results = await FanOut.Run([1, 2, 3, 4], 1, item =>
        {
            started.Add(item);
            return Task.FromResult($"{item}");
        }, isEnough: () => started.Count == 2);
        started.ShouldBe([1, 2]);
        results.Count(r => r is null).ShouldBe(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task Results_stand_in_the_order_of_the_items_and_no_more_run_than_the_width(int width)
    {
        var (running, most, started) = (0, 0, new List<int>());
        var gates = Enumerable.Range(0, 10).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        var run = FanOut.Run([.. Enumerable.Range(0, 10)], width, async item =>
        {
            lock (started)
            {
                started.Add(item);
                most = Math.Max(most, ++running);
            }
            await gates[item].Task;
            lock (started) running--;
            return item * 10;
        });
        // the last that runs ends first
        for (var ended = 0; ended < 10; ended++)
        {
            int last;
            while (true)
            {
                lock (started)
                {
                    var open = started.Where(i => !gates[i].Task.IsCompleted).ToList();
                    if (open.Count == Math.Min(width, 10 - ended))
                    {
                        last = open[^1];
                        break;
                    }
                }
                await Task.Yield();
            }
            gates[last].SetResult();
        }
        (await run).ShouldBe(Enumerable.Range(0, 10).Select(i => i * 10));
        most.ShouldBe(Math.Min(width, 10));
        started.ShouldBe(Enumerable.Range(0, 10));
    }

    [Fact]
    public async Task The_first_failure_is_thrown_when_all_that_runs_has_ended_and_nothing_more_is_started()
    {
        var slow = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new List<int>();
        var run = FanOut.Run([0, 1, 2, 3], 2, item =>
        {
            started.Add(item);
            return item == 0 ? Task.FromException<int>(new InvalidOperationException("first")) : slow.Task;
        });
        for (var i = 0; i < 20; i++) await Task.Yield();
        run.IsCompleted.ShouldBeFalse();
        slow.SetException(new InvalidOperationException("second"));
        (await Should.ThrowAsync<InvalidOperationException>(() => run)).Message.ShouldBe("first");
        started.ShouldBe([0, 1]);
    }

    [Fact]
    public async Task A_failing_observer_does_not_leave_calls_behind()
    {
        var slow = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = FanOut.Run([0, 1], 2, item => item == 0 ? Task.FromResult(0) : slow.Task, _ => throw new InvalidOperationException("observer"));
        for (var i = 0; i < 20; i++) await Task.Yield();
        run.IsCompleted.ShouldBeFalse();
        slow.SetResult(1);
        (await Should.ThrowAsync<InvalidOperationException>(() => run)).Message.ShouldBe("observer");
    }

    [Fact]
    public async Task Nothing_to_do_gives_nothing() => (await FanOut.Run<int, int>([], 4, Task.FromResult)).ShouldBeEmpty();

    [Fact]
    public async Task A_width_of_none_is_refused_instead_of_doing_nothing() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => FanOut.Run<int, int>([1], 0, Task.FromResult));
}
