using System.Text.Json;
using Microsoft.DurableTask;

namespace BackupFunctions.Functions.Tests;

/// <summary>An orchestration whose activities answer as a test says, and that keeps what it was asked.</summary>
internal sealed class FakeOrchestration : TaskOrchestrationContext
{
    public Func<string, JsonElement, JsonElement> Answer { get; set; } = (_, _) => default;

    public TaskCompletionSource<JsonElement> Cancel { get; } = new();

    public JsonElement Input { get; set; }

    public List<string> Calls { get; } = [];

    public List<TimeSpan> Timers { get; } = [];

    public object? Status { get; private set; }

    public string Called { get; init; } = "test";

    public bool Replays { get; init; }

    public override TaskName Name => Called;

    public override string InstanceId => "instance";

    public override DateTime CurrentUtcDateTime => new(2026, 11, 22, 14, 3, 7, DateTimeKind.Unspecified);

    public override bool IsReplaying => Replays;

    public override T? GetInput<T>() where T : default => (T)(object)Input;

    public override async Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Calls.Add(name.ToString());
        await Task.CompletedTask;
        return (T)(object)Answer(name.ToString(), (JsonElement)input!);
    }

    public override Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken)
    {
        Timers.Add(delay);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        eventName.ShouldBe("cancel");
        return (Task<T>)(object)Cancel.Task;
    }

    public override void SetCustomStatus(object? customStatus) => Status = customStatus;

    public override Guid NewGuid() => new("0f8fad5b-d9cb-469f-a165-70867728950e");
}
