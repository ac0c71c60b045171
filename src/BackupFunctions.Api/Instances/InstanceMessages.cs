using System.Text.Json;
using System.Text.Json.Serialization;
using BackupFunctions.Api.Hosting;

namespace BackupFunctions.Api.Instances;

/// <summary>An instance as the status API sends it.</summary>
public sealed record InstanceBody(string Name, string InstanceId, string RuntimeStatus, JsonElement? Input, JsonElement? CustomStatus, JsonElement? Output, DateTimeOffset CreatedTime, DateTimeOffset LastUpdatedTime)
{
    /// <summary>The events; absent when they were not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HistoryBody>? HistoryEvents { get; init; }

    /// <summary>Of an instance.</summary>
    public static InstanceBody Of(WorkflowInstance instance, bool showInput) => new(
        instance.Name, instance.InstanceId, instance.Status.ToString(), showInput ? instance.Input : null, instance.CustomStatus, instance.Output, instance.CreatedTime, instance.LastUpdatedTime)
    {
        HistoryEvents = instance.History is { } history ? [.. history.Select(HistoryBody.Of)] : null,
    };
}

/// <summary>An event of the history; PascalCase, as Durable has it.</summary>
public sealed record HistoryBody(
    [property: JsonPropertyName("EventType")] string EventType,
    [property: JsonPropertyName("Timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("FunctionName"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FunctionName,
    [property: JsonPropertyName("Result"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Result,
    [property: JsonPropertyName("Reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason)
{
    /// <summary>Of an event.</summary>
    public static HistoryBody Of(HistoryEvent e) => new(e.EventType, e.Timestamp, e.FunctionName, e.Result, e.Reason);
}

/// <summary>How many instances were deleted.</summary>
public sealed record PurgedBody(int InstancesDeleted);
