using System.Text.Json;

namespace BackupFunctions.Api.Hosting;

/// <summary>
/// What a durable engine knows of its instances, and what can be done to them. Ids are case-sensitive. Every call may be repeated. Implementations are thread-safe; an engine whose store cannot be
/// reached throws.
/// </summary>
public interface IWorkflowInstances
{
    /// <summary>The instance, or null; its history only when it is asked for.</summary>
    Task<WorkflowInstance?> Find(string instanceId, HistoryDetail history, CancellationToken cancellationToken);

    /// <summary>One page of instances, oldest first, without history.</summary>
    Task<InstancePage> Query(InstanceQuery query, CancellationToken cancellationToken);

    /// <summary>Ends it: what runs is cancelled, what gives back a lock still runs.</summary>
    Task<ControlResult> Terminate(string instanceId, string? reason, CancellationToken cancellationToken);

    /// <summary>Starts no new activity until it is resumed; those that run go on.</summary>
    Task<ControlResult> Suspend(string instanceId, string? reason, CancellationToken cancellationToken);

    /// <summary>Goes on.</summary>
    Task<ControlResult> Resume(string instanceId, string? reason, CancellationToken cancellationToken);

    /// <summary>Raises an event; <see cref="WorkflowKinds.CancelEvent"/> ends the run in order, as <see cref="InstanceStatus.Canceled"/>.</summary>
    Task<ControlResult> Raise(string instanceId, string eventName, JsonElement payload, CancellationToken cancellationToken);

    /// <summary>Deletes an instance that has ended, with its history; null when there is none of this id, false when it has not ended.</summary>
    Task<bool?> Purge(string instanceId, CancellationToken cancellationToken);
}

/// <summary>What became of a request to change an instance.</summary>
public enum ControlResult
{
    /// <summary>It is done, or under way.</summary>
    Accepted,

    /// <summary>There is no such instance.</summary>
    NotFound,

    /// <summary>The instance has ended already.</summary>
    Ended,
}

/// <summary>How much of the history is wanted.</summary>
public enum HistoryDetail
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The events.</summary>
    Events,

    /// <summary>The events, and the results of activities.</summary>
    Results,
}
