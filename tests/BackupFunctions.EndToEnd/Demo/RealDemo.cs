using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Standalone.Demo;
using BackupFunctions.Standalone.Demo.Story;

namespace BackupFunctions.EndToEnd.Demo;

/// <summary>The demo on its real parts, run once for all tests that ask for it, and told both ways.</summary>
internal sealed record RealDemo(int ExitCode, string Text, string Json, string Error)
{
    private static readonly Lazy<Task<RealDemo>> s_run = new(() => Execute(new DemoRequest()));

    /// <summary>The one run.</summary>
    public static Task<RealDemo> Run() => s_run.Value;

    /// <summary>A run of its own.</summary>
    public static async Task<RealDemo> Execute(DemoRequest request)
    {
        using StringWriter text = new() { NewLine = "\n" }, json = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var story = new BothStories(TextStory.On(text, error, interactive: false, colour: false), new JsonStory(json, error));
        var runner = new DemoRunner(new DemoParts(DemoEngine.Open), story, TimeProvider.System, new SystemRandomSource());
        var exitCode = await runner.Run(request, CancellationToken.None);
        return new(exitCode, text.ToString(), json.ToString(), error.ToString());
    }

    /// <summary>What a step told in JSON when it was done.</summary>
    public JsonElement Done(string step) => Json.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
        .Single(l => l.TryGetProperty("step", out var name) && name.GetString() == step && l.GetProperty("status").GetString() == "done");

    /// <summary>The last line of <c>--json</c>.</summary>
    public JsonElement Summary => JsonDocument.Parse(Json.TrimEnd('\n').Split('\n')[^1]).RootElement;

    private sealed class BothStories(IDemoStory first, IDemoStory second) : IDemoStory
    {
        public void Begin(DemoStep step)
        {
            first.Begin(step);
            second.Begin(step);
        }

        public Task<T> Watch<T>(DemoStep step, Func<Action<string, long, long>, Task<T>> work) =>
            first.Watch(step, report => second.Watch(step, reportToo => work((stage, done, total) =>
            {
                report(stage, done, total);
                reportToo(stage, done, total);
            })));

        public void Done(DemoStep step, TimeSpan took, IReadOnlyList<DemoFact> facts)
        {
            first.Done(step, took, facts);
            second.Done(step, took, facts);
        }

        public void Fail(DemoFailure failure)
        {
            first.Fail(failure);
            second.Fail(failure);
        }

        public void Serve(Uri address)
        {
            first.Serve(address);
            second.Serve(address);
        }

        public void Finish(DemoSummary summary)
        {
            first.Finish(summary);
            second.Finish(summary);
        }
    }
}
