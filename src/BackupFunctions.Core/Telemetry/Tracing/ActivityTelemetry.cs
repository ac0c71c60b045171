using System.Diagnostics;
using BackupFunctions.Telemetry.Metrics;
using BackupFunctions.Workflows;

namespace BackupFunctions.Telemetry.Tracing;

/// <summary>Runs an activity inside a span, and counts what it did: the same in every host.</summary>
internal static class ActivityTelemetry
{
    // a duration, which decides nothing
    private static readonly TimeProvider s_clock = TimeProvider.System;

    /// <summary>Runs it; <paramref name="key"/> is that of the call in its workflow, where the host knows it.</summary>
    public static async Task<TResult> Run<TInput, TResult>(IActivity<TInput, TResult> activity, string? key, TInput input, CancellationToken cancellationToken)
    {
        var facts = ActivityFacts.Of(input);
        using var span = BackupTracing.Source.StartActivity(activity.Name.Name);
        span?.SetTag("backupfunctions.key", key).SetTag("backupfunctions.backup", facts.Backup?.ToString()).SetTag("backupfunctions.node", facts.Node);
        var started = s_clock.GetTimestamp();
        try
        {
            var result = await activity.Run(input, cancellationToken);
            if (ActivityFacts.Bytes(result) is { } bytes) span?.SetTag("backupfunctions.bytes", bytes);
            FlowMetrics.ActivityEnded(activity.Name.Name, Outcome.Completed, s_clock.GetElapsedTime(started), facts.Node, result);
            return result;
        }
        catch (Exception e)
        {
            var outcome = Outcome.Of(e);
            // not its message, which may hold an address
            if (outcome == Outcome.Failed) span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", Human.Word(ExitCodes.Classify(e).Kind));
            FlowMetrics.ActivityEnded(activity.Name.Name, outcome, s_clock.GetElapsedTime(started), facts.Node, null);
            throw;
        }
    }
}
