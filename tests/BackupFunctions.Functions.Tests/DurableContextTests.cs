using System.Text.Json;
using BackupFunctions.Workflows;
using Microsoft.DurableTask;

namespace BackupFunctions.Functions.Tests;

public class DurableContextTests
{
    private static readonly ActivityName<Question, Reply> s_ask = new("Ask");
    private static readonly ActivityName<Question, Reply> s_giveBack = new("GiveBack", EvenWhenStopped: true);

    private readonly FakeOrchestration _durable = new();

    [Fact]
    public async Task A_call_passes_the_engines_json_in_and_out()
    {
        _durable.Answer = (name, input) =>
        {
            (name, input.GetRawText()).ShouldBe(("Ask", """{"number":7}"""));
            return JsonDocument.Parse("""{"text":"seven"}""").RootElement;
        };
        (await new DurableContext(_durable).Call(s_ask, "any", new Question(7))).ShouldBe(new Reply("seven"));
    }

    [Fact]
    public async Task A_message_can_carry_more_than_the_input()
    {
        _durable.Answer = (_, input) =>
        {
            input.GetRawText().ShouldBe("""[{"number":7}]""");
            return JsonDocument.Parse("""{"text":"seven"}""").RootElement;
        };
        await new DurableContext(_durable, (_, json) => JsonSerializer.SerializeToElement(new[] { json })).Call(s_ask, "any", new Question(7));
    }

    [Fact]
    public async Task A_failed_task_becomes_a_failure_with_its_kind_reason_and_hint()
    {
        var thrown = ActivityFailure.ToThrow(new BackupException(ErrorKind.OplogGap, "capture the oplog: it is gone\nand \"so\" on", "make it larger"));
        _durable.Answer = (_, _) => throw new TaskFailedException("Ask", 1, new(thrown.GetType().FullName!, thrown.Message, null, null));
        var failure = await Should.ThrowAsync<ActivityFailedException>(() => new DurableContext(_durable).Call(s_ask, "any", new Question(7)));
        (failure.Activity, failure.Kind, failure.Reason, failure.Hint).ShouldBe(("Ask", ErrorKind.OplogGap, "capture the oplog: it is gone\nand \"so\" on", "make it larger"));
    }

    [Fact]
    public async Task An_answer_of_another_shape_is_a_failure_of_the_activity()
    {
        _durable.Answer = (_, _) => JsonDocument.Parse("""{"other":1}""").RootElement;
        (await Should.ThrowAsync<ActivityFailedException>(() => new DurableContext(_durable).Call(s_ask, "any", new Question(7)))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task After_the_cancel_event_only_what_gives_back_is_called()
    {
        _durable.Answer = (_, _) => JsonDocument.Parse("""{"text":"x"}""").RootElement;
        var context = new DurableContext(_durable);
        await context.Call(s_ask, "1", new Question(1));
        _durable.Cancel.SetResult(default);
        await Should.ThrowAsync<OperationCanceledException>(() => context.Call(s_ask, "2", new Question(2)));
        await Should.ThrowAsync<OperationCanceledException>(() => context.Wait(TimeSpan.FromMinutes(1), CancellationToken.None));
        await context.Call(s_giveBack, "3", new Question(3));
        (string.Join(' ', _durable.Calls), _durable.Timers.Count).ShouldBe(("Ask GiveBack", 0));
    }

    [Fact]
    public async Task What_fails_after_the_cancel_event_ends_the_run_as_cancelled()
    {
        _durable.Answer = (name, _) =>
        {
            _durable.Cancel.TrySetResult(default);
            throw new TaskFailedException(name, 1, new("any", "the server went away", null, null));
        };
        await Should.ThrowAsync<OperationCanceledException>(() => new DurableContext(_durable).Call(s_ask, "1", new Question(1)));
        await Should.ThrowAsync<ActivityFailedException>(() => new DurableContext(_durable).Call(s_giveBack, "2", new Question(2)));
    }

    [Fact]
    public async Task Waits_are_durable_timers_that_end_when_cancelled()
    {
        using var over = new CancellationTokenSource();
        var context = new DurableContext(_durable);
        await context.Wait(TimeSpan.FromMinutes(1), over.Token);
        over.Cancel();
        await Should.ThrowAsync<OperationCanceledException>(() => context.Wait(TimeSpan.FromMinutes(2), over.Token));
        _durable.Timers.ShouldBe([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)]);
    }

    [Fact]
    public void Time_ids_and_status_are_those_of_the_orchestration()
    {
        var context = new DurableContext(_durable);
        context.SetStatus(new("dump", 1, 2, 3));
        ((JsonElement)_durable.Status!).GetProperty("stage").GetString().ShouldBe("dump");
        (context.InstanceId, context.UtcNow, context.NewId()).ShouldBe(("instance", DateTimeOffset.Parse("2026-11-22T14:03:07Z"), Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e")));
    }

    private sealed record Question(int Number);

    private sealed record Reply(string Text);
}
