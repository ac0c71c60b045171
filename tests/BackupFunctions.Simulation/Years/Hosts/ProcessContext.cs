using BackupFunctions.Ambient;
using BackupFunctions.Workflows;

namespace BackupFunctions.Simulation.Years.Hosts;

/// <summary>
/// Runs a workflow as <see cref="InProcessContext"/> does, one activity at a time, so that a seed repeats a run; the process may die before an activity, within one, and when its result is not known
/// yet. Pauses between attempts pass at once, and what waits beside the work for as long as that takes waits for ever.
/// </summary>
internal sealed class ProcessContext(string name, ActivityRegistry activities, SimulatedClock clock, IRandomSource random, ProcessLife life, SemaphoreSlim turn, Func<Task> betweenActivities, CancellationToken stop) : IWorkflowContext
{
    private readonly InProcessContext _context = new(name, activities, clock, random, null, stop);

    public string InstanceId => _context.InstanceId;

    public DateTimeOffset UtcNow => _context.UtcNow;

    public Guid NewId() => _context.NewId();

    public async Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        await turn.WaitAsync(stop);
        try
        {
            life.Tick();
            await betweenActivities();
            var result = await _context.Call(activity, key, input);
            life.Tick();
            return result;
        }
        catch (ActivityFailedException) when (life.IsDead)
        {
            throw new ProcessKilledException();
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task Wait(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled) await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
        else clock.Advance(delay);
    }

    public void SetStatus(WorkflowStatus status)
    {
    }
}
