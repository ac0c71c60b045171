using System.Collections.Concurrent;
using System.Diagnostics;
using BackupFunctions.Telemetry.Tracing;

namespace BackupFunctions.EndToEnd.Telemetry;

/// <summary>The spans that end while it listens; other tests in this process make some, too.</summary>
internal sealed class CollectedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ActivityListener _listener;

    public CollectedSpans()
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == BackupTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those of the trace in which this activity handled this backup.</summary>
    public IReadOnlyList<Activity> TraceOf(string activity, string backup)
    {
        var trace = _spans.Single(s => s.OperationName == activity && (string?)s.GetTagItem("backupfunctions.backup") == backup).TraceId;
        return [.. _spans.Where(s => s.TraceId == trace)];
    }

    public void Dispose() => _listener.Dispose();
}
