namespace BackupFunctions.Workflows;

/// <summary>
/// A step of a workflow that touches the world. It may run more than once for the same input (after a crash, or when a host lost its answer):
/// every run must leave the same effect, and the first recorded result wins.
/// </summary>
public interface IActivity<TInput, TResult>
{
    /// <summary>The name under which workflows call it.</summary>
    ActivityName<TInput, TResult> Name { get; }

    /// <summary>Runs it; throws <see cref="BackupException"/> for what a user can understand.</summary>
    Task<TResult> Run(TInput input, CancellationToken cancellationToken);
}
