using BackupFunctions.Telemetry.Tracing;

namespace BackupFunctions.Workflows;

/// <summary>The activities of a host by name.</summary>
public sealed class ActivityRegistry
{
    private readonly Dictionary<string, object> _activities = new(StringComparer.Ordinal);

    /// <summary>Adds an activity; a name can be added once.</summary>
    public ActivityRegistry Add<TInput, TResult>(IActivity<TInput, TResult> activity)
    {
        _activities.Add(activity.Name.Name, activity);
        return this;
    }

    /// <summary>Runs the activity of this name and these message types, inside a span of its own; <paramref name="key"/> is that of the call, where the host knows it.</summary>
    public Task<TResult> Run<TInput, TResult>(ActivityName<TInput, TResult> name, string? key, TInput input, CancellationToken cancellationToken) =>
        ActivityTelemetry.Run(Find(name), key, input, cancellationToken);

    /// <summary>The activity of this name and these message types.</summary>
    public IActivity<TInput, TResult> Find<TInput, TResult>(ActivityName<TInput, TResult> name) =>
        _activities.GetValueOrDefault(name.Name) as IActivity<TInput, TResult>
        ?? throw new InvalidOperationException($"no activity '{name.Name}' with these messages is registered");
}
