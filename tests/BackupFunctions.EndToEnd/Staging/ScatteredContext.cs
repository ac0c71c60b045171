using BackupFunctions.Ambient;
using BackupFunctions.Workflows;

namespace BackupFunctions.EndToEnd.Staging;

/// <summary>
/// Runs every activity of a workflow on another instance of the engine, which share what the settings name and nothing else: on some by turns, or each on one that
/// was started for it and ends with it.
/// </summary>
internal sealed class ScatteredContext(Func<BackupEngine> open, int? instances, Func<BackupEngine, ActivityRegistry> activities) : IWorkflowContext, IDisposable
{
    private readonly InProcessContext _clock = Context(new());
    private readonly List<BackupEngine> _kept = [.. Enumerable.Range(0, instances ?? 0).Select(_ => open())];
    private int _calls;

    /// <summary>The activity that fails wherever it runs, or null.</summary>
    public string? Broken { get; init; }

    /// <summary>How many instances have run an activity.</summary>
    public int Used => Math.Min(_calls, instances ?? int.MaxValue);

    public string InstanceId => _clock.InstanceId;

    public DateTimeOffset UtcNow => _clock.UtcNow;

    public Guid NewId() => _clock.NewId();

    public async Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        var call = Interlocked.Increment(ref _calls) - 1;
        if (activity.Name == Broken) throw new ActivityFailedException(activity.Name, ErrorKind.Failed, "the instance was lost");
        if (_kept.Count > 0) return await Context(activities(_kept[call % _kept.Count])).Call(activity, key, input);
        using var engine = open();
        return await Context(activities(engine)).Call(activity, key, input);
    }

    public Task Wait(TimeSpan delay, CancellationToken cancellationToken) => _clock.Wait(delay, cancellationToken);

    public void SetStatus(WorkflowStatus status) => _clock.SetStatus(status);

    public void Dispose()
    {
        foreach (var engine in _kept) engine.Dispose();
    }

    private static InProcessContext Context(ActivityRegistry activities) =>
        new("scattered", activities, TimeProvider.System, new SystemRandomSource(), null, TestContext.Current.CancellationToken);
}
