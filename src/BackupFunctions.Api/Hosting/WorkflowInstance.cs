using System.Text.Json;

namespace BackupFunctions.Api.Hosting;

/// <summary>The states of an instance, by the names that the status API gives them.</summary>
public enum InstanceStatus
{
    /// <summary>Accepted, not begun.</summary>
    Pending,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Held: no new activity starts.</summary>
    Suspended,

    /// <summary>Begun anew by itself.</summary>
    ContinuedAsNew,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended by an error, which is its output.</summary>
    Failed,

    /// <summary>Ended from outside.</summary>
    Terminated,

    /// <summary>Ended by its own decision, when it was asked to.</summary>
    Canceled,
}

/// <summary>An instance as the status API shows it. Input, status and output are JSON; null where there is none yet.</summary>
public sealed record WorkflowInstance(
    string Name,
    string InstanceId,
    InstanceStatus Status,
    JsonElement? Input,
    JsonElement? CustomStatus,
    JsonElement? Output,
    DateTimeOffset CreatedTime,
    DateTimeOffset LastUpdatedTime)
{
    /// <summary>The events, oldest first; null when they were not asked for.</summary>
    public IReadOnlyList<HistoryEvent>? History { get; init; }

    /// <summary>Whether nothing more will happen to it.</summary>
    public bool HasEnded => Status.HasEnded();
}

/// <summary>An event of the history: its type by Durable's names (<c>ExecutionStarted</c>, <c>TaskScheduled</c>, <c>TaskCompleted</c>), when it was recorded, and the activity or workflow.</summary>
public sealed record HistoryEvent(string EventType, DateTimeOffset Timestamp, string? FunctionName, JsonElement? Result = null, string? Reason = null);

/// <summary>Which instances to list; null means any. Times are inclusive.</summary>
public sealed record InstanceQuery(
    DateTimeOffset? CreatedFrom, DateTimeOffset? CreatedTo, IReadOnlyList<InstanceStatus> Statuses, string? InstanceIdPrefix, int Top, string? ContinuationToken);

/// <summary>A page of instances, and what continues behind it; null when nothing does.</summary>
public sealed record InstancePage(IReadOnlyList<WorkflowInstance> Instances, string? ContinuationToken);

/// <summary>What states mean.</summary>
public static class InstanceStatuses
{
    /// <summary>Whether nothing more will happen in this state.</summary>
    public static bool HasEnded(this InstanceStatus status) => status is InstanceStatus.Completed or InstanceStatus.Failed or InstanceStatus.Terminated or InstanceStatus.Canceled;
}
