using BackupFunctions.Standalone.Demo.Story;

namespace BackupFunctions.Standalone.Demo;

/// <summary>Takes the steps of a run one after the other, tells them, and keeps what is known of the result.</summary>
internal sealed class DemoSteps(IDemoStory story, TimeProvider time)
{
    /// <summary>The step that is under way, or was when the run failed.</summary>
    public DemoStep? Current { get; private set; }

    /// <summary>What is known of the result so far.</summary>
    public DemoSummary Summary { get; set; } = new() { Ok = false };

    /// <summary>Takes one step.</summary>
    public async Task<T> Take<T>(DemoStep step, Func<Task<(T Result, IReadOnlyList<DemoFact> Facts)>> work)
    {
        Current = step;
        story.Begin(step);
        var start = time.GetTimestamp();
        var (result, facts) = await work();
        story.Done(step, time.GetElapsedTime(start), facts);
        return result;
    }

    /// <summary>Runs the long part of the step under way, and shows how far it is.</summary>
    public Task<T> Watch<T>(Func<Action<string, long, long>, Task<T>> work) => story.Watch(Current!, work);

    /// <summary>Says at the end what stays behind.</summary>
    public void Note(string note) => Summary = Summary with { Notes = [.. Summary.Notes, note] };
}
