using System.Text.Json;
using BackupFunctions.Api.Hosting;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>Starts workflows by Durable's client. The status API is served by the Functions host itself.</summary>
internal sealed class DurableStarter(DurableTaskClient client) : IWorkflowStarter
{
    /// <inheritdoc/>
    public async Task<WorkflowInstance?> Start(string workflow, string instanceId, JsonElement input, CancellationToken cancellationToken)
    {
        if (await Find(instanceId, cancellationToken) is { HasEnded: false } there) return there;
        await client.ScheduleNewOrchestrationInstanceAsync(workflow, input, new StartOrchestrationOptions(instanceId), cancellationToken);
        return null;
    }

    private async Task<WorkflowInstance?> Find(string instanceId, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(instanceId, true, cancellationToken) is not { } found ? null
            : new(found.Name, found.InstanceId, Status(found.RuntimeStatus), Json(found.SerializedInput), Json(found.SerializedCustomStatus), Json(found.SerializedOutput), found.CreatedAt, found.LastUpdatedAt);

    // by name: an unknown state is an error and not another state
    private static InstanceStatus Status(OrchestrationRuntimeStatus status) => Enum.Parse<InstanceStatus>(status.ToString());

    private static JsonElement? Json(string? text)
    {
        if (text is null) return null;
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}
