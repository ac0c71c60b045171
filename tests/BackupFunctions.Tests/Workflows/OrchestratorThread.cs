using System.Collections.Concurrent;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows;

/// <summary>
/// Runs a workflow as a durable host does: all of it on one thread, which takes what activities and timers bring one after the other. A continuation that
/// another thread posts, or a context that another thread uses, is a violation: such a host fails there, or waits for ever.
/// </summary>
internal sealed class OrchestratorThread : SynchronizationContext
{
    private readonly BlockingCollection<Action> _arrived = [];
    private readonly ConcurrentQueue<string> _violations = [];
    private int _thread;

    /// <summary>What happened on another thread.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Runs a workflow whose activities run in the other context; its first timers elapse at once, the others when they are cancelled.</summary>
    public static async Task<(T Result, IReadOnlyCollection<string> Violations)> Run<T>(IWorkflowContext activities, Func<IWorkflowContext, Task<T>> workflow, CancellationToken cancellationToken)
    {
        var thread = new OrchestratorThread();
        var result = await Task.Factory.StartNew(() => thread.Pump(() => workflow(new OrchestratorContext(activities, thread)), cancellationToken),
            cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return (result, thread.Violations);
    }

    /// <summary>What comes from outside the workflow: it is handed over to its thread.</summary>
    public void Deliver(Action arrival) => _arrived.Add(arrival);

    /// <summary>Notes it when this is another thread.</summary>
    public void Check(string what)
    {
        if (Environment.CurrentManagedThreadId != _thread) _violations.Enqueue($"{what} on another thread: {Environment.StackTrace}");
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        Check("a continuation");
        _arrived.Add(() => d(state));
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("a workflow posts");

    private T Pump<T>(Func<Task<T>> workflow, CancellationToken cancellationToken)
    {
        _thread = Environment.CurrentManagedThreadId;
        SetSynchronizationContext(this);
        try
        {
            var running = workflow();
            // one that ended on another thread must not be waited for
            _ = running.ContinueWith(_ => Deliver(() => { }), TaskScheduler.Default);
            while (!running.IsCompleted) _arrived.Take(cancellationToken)();
            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }
}

/// <summary>A context that may be used on its thread alone; activities run elsewhere and come back there.</summary>
internal sealed class OrchestratorContext(IWorkflowContext activities, OrchestratorThread thread) : IWorkflowContext
{
    /// <summary>How many timers elapse at once; those that follow do not.</summary>
    public const int ElapsingTimers = 6;

    private int _elapsing = ElapsingTimers;

    public string InstanceId => Checked(nameof(InstanceId)).InstanceId;

    public DateTimeOffset UtcNow => Checked(nameof(UtcNow)).UtcNow;

    public Guid NewId() => Checked(nameof(NewId)).NewId();

    public Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        thread.Check($"call of {key}");
        var completion = new TaskCompletionSource<TResult>();
        _ = Task.Run(() => activities.Call(activity, key, input)).ContinueWith(done => thread.Deliver(() =>
        {
            if (done.IsCompletedSuccessfully) completion.SetResult(done.Result);
            else completion.SetException(done.Exception?.InnerExceptions ?? (IEnumerable<Exception>)[new TaskCanceledException(done)]);
        }), TaskScheduler.Default);
        return completion.Task;
    }

    public Task Wait(TimeSpan delay, CancellationToken cancellationToken)
    {
        thread.Check("a timer");
        var timer = new TaskCompletionSource();
        cancellationToken.Register(() =>
        {
            thread.Check("the end of a timer");
            timer.TrySetCanceled(cancellationToken);
        });
        if (_elapsing-- > 0) thread.Deliver(() => timer.TrySetResult());
        return timer.Task;
    }

    public void SetStatus(WorkflowStatus status) => thread.Check(nameof(SetStatus));

    private IWorkflowContext Checked(string member)
    {
        thread.Check(member);
        return activities;
    }
}
