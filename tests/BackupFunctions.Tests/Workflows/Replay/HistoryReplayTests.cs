using System.Globalization;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows.Replay;

/// <summary>The suite itself: a workflow that a durable host could not run again is reported, with the place.</summary>
public sealed class HistoryReplayTests
{
    private static readonly ActivityName<int, int> Square = new("Square");
    private int _state;

    [Fact]
    public async Task A_workflow_that_keeps_the_rules_passes()
    {
        foreach (var timers in new[] { 0, 1 }) await Check(Rules, Enumerable.Range(0, timers));

        static async Task<string> Rules(IWorkflowContext context)
        {
            using var over = new CancellationTokenSource();
            var pause = context.Wait(TimeSpan.FromMinutes(1), over.Token);
            var squares = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => context.Call(Square, $"square/{n}", n)));
            try
            {
                await context.Call(Square, "square/-", -1);
                return "no failure";
            }
            catch (ActivityFailedException failure)
            {
                over.Cancel();
                if (!pause.IsCanceled) await pause;
                return $"{string.Join(',', squares)} {failure.Kind} {failure.Hint} {context.NewId()} {context.InstanceId}";
            }
        }
    }

    [Fact]
    public Task An_input_that_comes_from_elsewhere_is_reported() =>
        Reports("'square/1'", async context => Text(await context.Call(Square, "square/1", _state++)));

    [Fact]
    public Task A_call_that_only_the_first_execution_makes_is_reported() => Reports("call 1 was Square 'extra'", async context =>
    {
        if (_state++ == 0) _ = context.Call(Square, "extra", 1);
        return Text(await context.Call(Square, "square/1", 2));
    });

    [Fact]
    public Task A_call_that_only_a_later_execution_makes_is_reported() => Reports("Square 'extra'", async context =>
    {
        if (_state++ > 0) await context.Call(Square, "extra", 1);
        return Text(await context.Call(Square, "square/1", 2));
    });

    [Fact]
    public Task Calls_in_another_order_are_reported() => Reports("call 1 was Square 'square/1'", async context =>
    {
        int[] order = _state++ % 2 == 0 ? [1, 2] : [2, 1];
        return string.Join(',', await Task.WhenAll(order.Select(n => context.Call(Square, $"square/{n}", n))));
    });

    [Fact]
    public Task A_key_that_is_used_twice_is_reported() => Reports("key 'square' is used twice: Square 'square' with 1, then Square 'square' with 2", async context =>
        Text(await context.Call(Square, "square", 1) + await context.Call(Square, "square", 2)));

    [Fact]
    public Task A_result_that_comes_from_elsewhere_is_reported() =>
        Reports("it ended with", async context => Text(await context.Call(Square, "square/1", 1) + _state++));

    [Fact]
    public Task A_call_that_depends_on_what_comes_first_is_reported() => Reports("in the order that was recorded", async context =>
    {
        var (first, second) = (context.Call(Square, "square/1", 1), context.Call(Square, "square/2", 2));
        var winner = await await Task.WhenAny(first, second);
        await Task.WhenAll(first, second);
        return Text(await context.Call(Square, "square/3", winner));
    });

    [Fact]
    public Task A_workflow_that_only_a_timer_could_wake_is_reported() => Reports("nothing but timers", async context =>
    {
        await context.Wait(TimeSpan.FromHours(1), CancellationToken.None);
        return "never";
    });

    [Theory]
    [InlineData("Task.Delay")]
    [InlineData("Task.Run")]
    [InlineData("ConfigureAwait")]
    public Task What_the_context_did_not_give_is_reported(string how) => Reports("what its context did not give", async context =>
    {
        await context.Call(Square, "square/1", 1).ConfigureAwait(how != "ConfigureAwait");
        if (how == "Task.Delay") await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        if (how == "Task.Run") await Task.Run(() => context.SetStatus(new("elsewhere", 0, 0, 0)));
        return Text(await context.Call(Square, "square/2", 2));
    });

    [Fact]
    public Task An_activity_that_nobody_waits_for_is_reported() => Reports("leaves Square 'square/2' with 2 behind", async context =>
    {
        await context.Call(Square, "square/1", 1);
        _ = context.Call(Square, "square/2", 2);
        return "ended";
    });

    private static async Task Reports(string what, JsonWorkflow workflow) =>
        (await Should.ThrowAsync<NondeterminismException>(() => Check(workflow, []))).Message.ShouldContain(what);

    private static async Task Check(JsonWorkflow workflow, IEnumerable<int> elapsing)
    {
        var activities = new ActivityRegistry().Add(new SquareActivity());
        HistoryReplay.Check(workflow, await WorkflowRecorder.Run(workflow, activities, TimeProvider.System, [.. elapsing], null, TestContext.Current.CancellationToken));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class SquareActivity : IActivity<int, int>
    {
        public ActivityName<int, int> Name => Square;

        public Task<int> Run(int input, CancellationToken cancellationToken) =>
            input >= 0 ? Task.FromResult(input * input) : throw new BackupException(ErrorKind.NotFound, $"square {input}: it is negative", "give a positive one");
    }
}
