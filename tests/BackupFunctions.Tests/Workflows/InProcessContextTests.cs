using BackupFunctions.Tests.Encryption;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Workflows;

public class InProcessContextTests
{
    private static readonly ActivityName<Question, Answer> Ask = new("Ask");

    [Fact]
    public async Task Messages_cross_as_json()
    {
        var question = new Question([1, 2]) { Unsaid = "stays here" };
        Question? heard = null;
        var given = new Answer("yes");
        var answer = await Context(q =>
        {
            heard = q;
            return Task.FromResult(given);
        }).Call(Ask, "a", question);
        answer.ShouldBe(given);
        answer.ShouldNotBeSameAs(given);
        heard.ShouldNotBeNull().ShouldNotBeSameAs(question);
        heard.Numbers.ShouldBe([1, 2]);
        heard.Unsaid.ShouldBeNull();
    }

    [Fact]
    public async Task A_result_that_cannot_cross_fails_here_too()
    {
        var error = await Should.ThrowAsync<ActivityFailedException>(() => Context(_ => Task.FromResult(new Answer(null!))).Call(Ask, "a", new([])));
        error.Activity.ShouldBe("Ask");
    }

    [Fact]
    public async Task A_key_is_used_once()
    {
        var context = Context(_ => Task.FromResult(new Answer("")));
        await context.Call(Ask, "a", new([]));
        await Should.ThrowAsync<InvalidOperationException>(() => context.Call(Ask, "a", new([])));
        await context.Call(Ask, "b", new([]));
    }

    [Fact]
    public async Task An_error_crosses_with_its_kind_and_hint()
    {
        var error = await Should.ThrowAsync<ActivityFailedException>(
            () => Context(_ => throw new BackupException(ErrorKind.WrongKey, "open it: no", "try another")).Call(Ask, "a", new([])));
        (error.Activity, error.Kind, error.Hint, error.Message).ShouldBe(("Ask", ErrorKind.WrongKey, "try another", "Ask: open it: no"));
        (await Should.ThrowAsync<ActivityFailedException>(() => Context(_ => throw new IOException("disk")).Call(Ask, "a", new([])))).Kind.ShouldBe(ErrorKind.Failed);
    }

    [Fact]
    public async Task An_activity_that_is_not_registered_fails_as_one()
    {
        var error = await Should.ThrowAsync<ActivityFailedException>(() => Context(_ => throw new IOException()).Call(new ActivityName<Question, Answer>("Other"), "a", new([])));
        error.Message.ShouldContain("'Other'");
    }

    [Fact]
    public async Task Cancelling_the_run_is_no_failure_but_a_time_out_inside_an_activity_is()
    {
        using var stop = new CancellationTokenSource();
        await Should.ThrowAsync<ActivityFailedException>(() => Context(_ => throw new TaskCanceledException("the request timed out"), stop.Token).Call(Ask, "a", new([])));
        var cancelled = Context(async _ =>
        {
            await stop.CancelAsync();
            stop.Token.ThrowIfCancellationRequested();
            return new("");
        }, stop.Token);
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled.Call(Ask, "a", new([])));
    }

    [Fact]
    public void Ids_come_from_the_injected_source_and_time_from_the_injected_clock()
    {
        var (one, two) = (Context(_ => throw new IOException()), Context(_ => throw new IOException()));
        var first = one.NewId();
        two.NewId().ShouldBe(first);
        one.NewId().ShouldNotBe(first);
        one.UtcNow.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private static InProcessContext Context(Func<Question, Task<Answer>> run, CancellationToken cancellationToken = default) =>
        new("run", new ActivityRegistry().Add(new Activity(run)), new FakeTimeProvider(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), new SeededRandomSource(1), null, cancellationToken);

    private sealed record Question(IReadOnlyList<int> Numbers)
    {
        [System.Text.Json.Serialization.JsonIgnore]
        public string? Unsaid { get; init; }
    }

    private sealed record Answer(string Text);

    private sealed class Activity(Func<Question, Task<Answer>> run) : IActivity<Question, Answer>
    {
        public ActivityName<Question, Answer> Name => Ask;

        public Task<Answer> Run(Question input, CancellationToken cancellationToken) => run(input);
    }
}
