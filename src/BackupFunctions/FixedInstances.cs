using System.Text.Json;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>One instance per kind of workflow, under a fixed id: the workflow's name.</summary>
internal static class FixedInstances
{
    /// <summary>Starts the workflow unless one of its kind is pending, running or suspended; gives whether it did.</summary>
    public static async Task<bool> TryStart(DurableTaskClient client, string workflow, JsonElement input)
    {
        if (await client.GetInstanceAsync(workflow) is { IsCompleted: false }) return false;
        await client.ScheduleNewOrchestrationInstanceAsync(workflow, input, new StartOrchestrationOptions(workflow));
        return true;
    }
}
