using System.Diagnostics;

namespace BackupFunctions.Telemetry.Tracing;

/// <summary>
/// Where spans come from: one per run of a workflow, below it one per activity. Nothing in them is a secret, or an address: names, keys, ids, numbers, kinds of errors.
/// </summary>
public static class BackupTracing
{
    /// <summary>The name under which exporters and listeners find the source, and the meters, too.</summary>
    public const string SourceName = "BackupFunctions";

    /// <summary>The source.</summary>
    internal static ActivitySource Source { get; } = new(SourceName, Version);

    /// <summary>The version of this release.</summary>
    internal static string Version => typeof(BackupTracing).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// The span of a run, current from now on. With a trace id (32 hexadecimal digits, not all zero) it belongs to that trace, so that a run that goes on in another process stays in it. It is made even when
    /// nobody listens: log lines name the trace.
    /// </summary>
    internal static Activity StartRun(string workflow, string instanceId, string? traceId)
    {
        var trace = traceId is null ? default : ActivityTraceId.CreateFromString(traceId);
        var parent = traceId is null ? default : new ActivityContext(trace, default, ActivityTraceFlags.Recorded);
        var span = Source.StartActivity(workflow, ActivityKind.Internal, parent);
        if (span is null)
        {
            span = new Activity(workflow).SetIdFormat(ActivityIdFormat.W3C);
            if (traceId is not null) span.SetParentId(trace, default);
            span.Start();
        }
        return span.SetTag("backupfunctions.instance", instanceId);
    }
}
