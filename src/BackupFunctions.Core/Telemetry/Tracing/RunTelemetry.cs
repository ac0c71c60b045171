using System.Diagnostics;
using BackupFunctions.Telemetry.Metrics;
using BackupFunctions.Workflows;

namespace BackupFunctions.Telemetry.Tracing;

/// <summary>One run of a workflow in this process: a span that those of its activities stand below, and what is counted when it has ended. Disposing ends the span.</summary>
public sealed class RunTelemetry : IDisposable
{
    private readonly string _workflow;
    private readonly Activity _span;

    private RunTelemetry(string workflow, Activity span) => (_workflow, _span) = (workflow, span);

    /// <summary>Begins; <paramref name="traceId"/> (32 hexadecimal digits) is given where a run may go on in another process.</summary>
    public static RunTelemetry Begin(string workflow, string instanceId, string? traceId = null) => new(workflow, BackupTracing.StartRun(workflow, instanceId, traceId));

    /// <summary>Runs a workflow to its end.</summary>
    public static async Task<T> Measure<T>(IWorkflowContext context, string workflow, TimeProvider time, Func<Task<T>> run)
    {
        using var telemetry = Begin(workflow, context.InstanceId);
        var started = time.GetTimestamp();
        try
        {
            var result = await run();
            telemetry.Ended(Outcome.Completed, time.GetElapsedTime(started));
            return result;
        }
        catch (Exception e)
        {
            telemetry.Ended(Outcome.Of(e), time.GetElapsedTime(started));
            throw;
        }
    }

    /// <summary>It has ended so (a word of <see cref="Outcome"/>) after so long, waits and other processes included.</summary>
    public void Ended(string outcome, TimeSpan duration)
    {
        _span.SetTag("backupfunctions.outcome", outcome);
        if (outcome == Outcome.Failed) _span.SetStatus(ActivityStatusCode.Error);
        Count(_workflow, outcome, duration);
    }

    /// <summary>Counts a run whose span is not ours.</summary>
    public static void Count(string workflow, string outcome, TimeSpan duration) => FlowMetrics.RunEnded(workflow, outcome, duration);

    /// <inheritdoc/>
    public void Dispose() => _span.Dispose();
}
