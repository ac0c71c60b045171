using BackupFunctions.Api.Hosting;
using BackupFunctions.Workflows;

namespace BackupFunctions.Standalone.Durable.Journal;

/// <summary>An instance as the journal has it; JSON as text. <see cref="Execution"/> is new for each start under the same id. <see cref="Stopping"/> is how it is to end when it was told to.</summary>
internal sealed record InstanceRow(
    string Id, string Name, string Execution, InstanceStatus Status, string Input, string? CustomStatus, string? Output, DateTimeOffset Created, DateTimeOffset Updated,
    InstanceStatus? Stopping, string? Reason);

/// <summary>
/// One thing that happened to an instance, in the order in which its workflow got to know. What has a key is an answer to the workflow: the JSON of an activity's result, of its failure
/// (<see cref="JournaledFailure"/>), or nothing for a timer.
/// </summary>
internal sealed record JournalEntry(string Type, DateTimeOffset Time, string? Name, string? Key, string? Value);

/// <summary>The types of entries, by Durable's names.</summary>
internal static class EntryTypes
{
    public const string Started = "ExecutionStarted", Completed = "TaskCompleted", Failed = "TaskFailed", TimerFired = "TimerFired", EventRaised = "EventRaised",
        Suspended = "ExecutionSuspended", Resumed = "ExecutionResumed", Terminated = "ExecutionTerminated", Ended = "ExecutionCompleted";
}

/// <summary>An activity's failure as it is kept.</summary>
internal sealed record JournaledFailure(string Activity, ErrorKind Kind, string Message, string? Hint)
{
    public ActivityFailedException ToException() => new(Activity, Kind, Message, Hint);
}
