using BackupFunctions.Ambient;
using BackupFunctions.Standalone.Demo.Story;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Standalone.Demo;

/// <summary>Runs the demo to its end, good or bad: every failure is told with a hint and becomes an exit code.</summary>
public sealed class DemoRunner(IDemoParts parts, IDemoStory story, TimeProvider time, IRandomSource random)
{
    private const int MaxDifferencesTold = 5;

    /// <summary>Where the temporary directory of a run is made; the default is the system's place for such.</summary>
    public string TemporaryDirectory { get; init; } = Path.GetTempPath();

    /// <summary>Runs it; gives the exit code.</summary>
    public async Task<int> Run(DemoRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var steps = new DemoSteps(story, time);
        var exitCode = ExitCodes.Ok;
        var told = false;
        try
        {
            request.Check();
            using var workspace = DemoWorkspace.Create(TemporaryDirectory, random, request.Keep);
            var differences = await new DemoRun(parts, steps, request).Execute(workspace, Serve, cancellationToken);
            if (differences.Count > 0) throw Differs(differences);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            exitCode = ExitCodes.Cancelled;
            story.Fail(new DemoFailure(steps.Current, "cancelled", "cancelled", null, exitCode));
        }
#pragma warning disable CA1031 // the edge: whatever failed becomes a message and an exit code
        catch (Exception e)
#pragma warning restore CA1031
        {
            var (kind, hint) = ExitCodes.Classify(e);
            exitCode = ExitCodes.Of(kind);
            story.Fail(new DemoFailure(steps.Current, Human.Word(kind), ErrorText.ForUser(e), hint, exitCode));
        }
        if (!told) Finish();
        return exitCode;

        void Finish() => story.Finish(steps.Summary with { Ok = exitCode == ExitCodes.Ok, Duration = time.GetElapsedTime(start) });

        Task Serve(DemoSetup setup)
        {
            Finish();
            told = true;
            return parts.Serve(setup, story.Serve, cancellationToken);
        }
    }

    private static BackupException Differs(IReadOnlyList<string> differences)
    {
        var more = differences.Count > MaxDifferencesTold ? $"; and {differences.Count - MaxDifferencesTold} more" : "";
        return BackupException.Corrupt($"compare what was restored: {string.Join("; ", differences.Take(MaxDifferencesTold))}{more}");
    }
}
