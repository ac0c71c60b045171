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

    /// <summary>The activity of this name and these message types.</summary>
    public IActivity<TInput, TResult> Find<TInput, TResult>(ActivityName<TInput, TResult> name) =>
        _activities.GetValueOrDefault(name.Name) as IActivity<TInput, TResult>
        ?? throw new InvalidOperationException($"no activity '{name.Name}' with these messages is registered");
}
