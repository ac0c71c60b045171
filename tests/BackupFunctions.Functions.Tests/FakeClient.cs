using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions.Tests;

/// <summary>A client of Durable that keeps what is started.</summary>
internal sealed class FakeClient() : DurableTaskClient("fake")
{
    public List<(string Name, string? Id, string Input)> Started { get; } = [];

    public OrchestrationMetadata? Existing { get; set; }

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        Started.Add((orchestratorName.ToString(), options?.InstanceId, input!.ToString()!));
        return Task.FromResult(options!.InstanceId!);
    }

    public override Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Task.FromResult(Existing?.InstanceId == instanceId ? Existing : null);
}
