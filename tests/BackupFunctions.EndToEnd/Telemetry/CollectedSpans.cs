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

    /// <summary>Those of one trace.</summary>
    public IReadOnlyList<Activity> Of(string traceId) => [.. _spans.Where(s => s.TraceId.ToHexString() == traceId)];

    /// <summary>All that is in them, as text.</summary>
    public string Text => string.Join('\n', _spans.Select(s => $"{s.OperationName} {s.StatusDescription} {string.Join(' ', s.TagObjects)} {string.Join(' ', s.Events.SelectMany(e => e.Tags))}"));

    public void Dispose() => _listener.Dispose();
}
