using System.Text.Json;
using BackupFunctions.Api.Hosting;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>
/// The port of the HTTP API over Durable's client: starts workflows and finds them. Everything else, the status API, is served by the Functions host
/// itself and never comes here.
/// </summary>
internal sealed class DurableHost(DurableTaskClient client) : IWorkflowHost
{
    /// <inheritdoc/>
    public async Task<WorkflowInstance?> Start(string workflow, string instanceId, JsonElement input, CancellationToken cancellationToken)
    {
        if (await Find(instanceId, HistoryDetail.None, cancellationToken) is { HasEnded: false } there) return there;
        await client.ScheduleNewOrchestrationInstanceAsync(workflow, input, new StartOrchestrationOptions(instanceId), cancellationToken);
        return null;
    }

    /// <inheritdoc/>
    public async Task<WorkflowInstance?> Find(string instanceId, HistoryDetail history, CancellationToken cancellationToken)
    {
        if (history != HistoryDetail.None) throw ServedByTheHost();
        return await client.GetInstanceAsync(instanceId, true, cancellationToken) is not { } found ? null
            : new(found.Name, found.InstanceId, Status(found.RuntimeStatus), Json(found.SerializedInput), Json(found.SerializedCustomStatus), Json(found.SerializedOutput), found.CreatedAt, found.LastUpdatedAt);
    }

    /// <inheritdoc/>
    public Task<InstancePage> Query(InstanceQuery query, CancellationToken cancellationToken) => throw ServedByTheHost();

    /// <inheritdoc/>
    public Task<ControlResult> Terminate(string instanceId, string? reason, CancellationToken cancellationToken) => throw ServedByTheHost();

    /// <inheritdoc/>
    public Task<ControlResult> Suspend(string instanceId, string? reason, CancellationToken cancellationToken) => throw ServedByTheHost();

    /// <inheritdoc/>
    public Task<ControlResult> Resume(string instanceId, string? reason, CancellationToken cancellationToken) => throw ServedByTheHost();

    /// <inheritdoc/>
    public Task<ControlResult> Raise(string instanceId, string eventName, JsonElement payload, CancellationToken cancellationToken) => throw ServedByTheHost();

    /// <inheritdoc/>
    public Task<bool?> Purge(string instanceId, CancellationToken cancellationToken) => throw ServedByTheHost();

    private static NotSupportedException ServedByTheHost() => new($"the Functions host serves this itself, under {ManagementUris.BasePath}");

    // by name: an unknown state is an error and not another state
    private static InstanceStatus Status(OrchestrationRuntimeStatus status) => Enum.Parse<InstanceStatus>(status.ToString());

    private static JsonElement? Json(string? text)
    {
        if (text is null) return null;
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}
