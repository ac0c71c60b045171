namespace BackupFunctions.Workflows;

/// <summary>
/// All that a workflow may await or ask: it is deterministic, so that a host can run it again from its beginning and get the recorded
/// results. Messages are small JSON (ids, CIDs, counts), never data.
/// </summary>
public interface IWorkflowContext
{
    /// <summary>Identifies this run; the same after a resume.</summary>
    string InstanceId { get; }

    /// <summary>The time recorded for this point of the run, UTC.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>16 bytes that are new for each call and the same when the run is repeated.</summary>
    Guid NewId();

    /// <summary>
    /// The recorded result of the activity for this key, or runs it and records what it gives. Keys are unique within a run. An activity that
    /// fails throws <see cref="ActivityFailedException"/>; retries are inside activities. Calls may run in parallel (<c>Task.WhenAll</c>).
    /// </summary>
    Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input);

    /// <summary>Waits by the workflow's clock; cancelling ends the wait early, with <see cref="OperationCanceledException"/>.</summary>
    Task Wait(TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Replaces the status shown to people; under 16 KB as JSON.</summary>
    void SetStatus(WorkflowStatus status);
}

/// <summary>The name of an activity together with its message types. One that gives back what others wait for runs even when the run is being stopped.</summary>
public sealed record ActivityName<TInput, TResult>(string Name, bool EvenWhenStopped = false);

/// <summary>What a run is doing: a stage, how much of it is done, the bytes it handled so far, and, where more can be said, a line for people.</summary>
public sealed record WorkflowStatus(string Stage, long Done, long Total, long Bytes, string? Detail = null);

/// <summary>A failure as it crosses from an activity to a workflow: the same in every host.</summary>
public sealed class ActivityFailedException(string activity, ErrorKind kind, string message, string? hint = null, Exception? inner = null)
    : Exception($"{activity}: {message}", inner)
{
    /// <summary>The activity that failed.</summary>
    public string Activity { get; } = activity;

    /// <summary>What failed, without the activity's name: for people.</summary>
    public string Reason { get; } = message;

    /// <summary>The kind of failure.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; } = hint;
}
