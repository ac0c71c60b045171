using System.Diagnostics;
using System.Diagnostics.Metrics;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Retention;
using BackupFunctions.Telemetry.Tracing;
using BackupFunctions.Verification.Scrubbing;

namespace BackupFunctions.Telemetry.Metrics;

/// <summary>What flows through this process: counted from its start, and of what it did itself. Names and units are turned into those of Prometheus by <see cref="MetricName"/>.</summary>
internal static class FlowMetrics
{
    /// <summary>Of all of them; made before they are.</summary>
    public static Meter Meter { get; } = new(BackupTracing.SourceName, BackupTracing.Version);

    private static readonly InstrumentAdvice<double> s_seconds = new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200] };

    private static readonly Counter<long> s_runs = Meter.CreateCounter<long>("backupfunctions.runs", null, "Runs of workflows that ended in this process.");
    private static readonly Histogram<double> s_runDuration = Meter.CreateHistogram("backupfunctions.run.duration", "s", "From the start of a run to its end.", advice: s_seconds);
    private static readonly Histogram<double> s_activityDuration = Meter.CreateHistogram("backupfunctions.activity.duration", "s", "Of one activity, the repetitions inside it included.", advice: s_seconds);
    private static readonly Histogram<double> s_uploadDuration = Meter.CreateHistogram("backupfunctions.upload.duration", "s", "Of one turn of sending blocks to a node, half a minute or a segment long.", advice: s_seconds);
    private static readonly Counter<long> s_uploaded = Meter.CreateCounter<long>("backupfunctions.uploaded", "By", "Sealed bytes that a node was sent.");
    private static readonly Counter<long> s_pins = Meter.CreateCounter<long>("backupfunctions.pins", null, "Roots that were to be pinned on a node, by how that ended after all repetitions.");
    private static readonly Counter<long> s_retries = Meter.CreateCounter<long>("backupfunctions.node.retries", null, "Calls of nodes that failed and were repeated.");
    private static readonly Counter<long> s_healed = Meter.CreateCounter<long>("backupfunctions.blocks.healed", null, "Blocks that a node lacked or had changed when a backup was verified or scrubbed, brought from another copy.");
    private static readonly Counter<long> s_removed = Meter.CreateCounter<long>("backupfunctions.retention.removed", null, "Backups that retention removed from the list.");
    private static readonly Counter<long> s_unpinned = Meter.CreateCounter<long>("backupfunctions.retention.unpinned", null, "Pins that retention took away.");

    /// <summary>Counts a run.</summary>
    public static void RunEnded(string workflow, string outcome, TimeSpan duration)
    {
        var tags = new TagList { { "workflow", workflow }, { "outcome", outcome } };
        s_runs.Add(1, tags);
        s_runDuration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Counts an activity, and what its result says.</summary>
    public static void ActivityEnded(string activity, string outcome, TimeSpan duration, int? node, object? result)
    {
        s_activityDuration.Record(duration.TotalSeconds, new TagList { { "activity", activity }, { "outcome", outcome } });
        var at = new KeyValuePair<string, object?>("node", node);
        if (activity == BackupActivities.UploadToNode.Name) s_uploadDuration.Record(duration.TotalSeconds, at);
        if (activity == BackupActivities.PinOnNode.Name && outcome != Outcome.Cancelled) s_pins.Add(1, at, new("outcome", outcome));
        switch (result)
        {
            case UploadResult sent: s_uploaded.Add(sent.Bytes, at); break;
            case CopyResult sent: s_uploaded.Add(sent.Bytes, at); break;
            case VerifyResult verified: s_healed.Add(verified.Healed, at); break;
            case ScrubTurn scrubbed: s_healed.Add(scrubbed.Healed, at); break;
            case MarkRemovedResult marked: s_removed.Add(marked.Removed); break;
            case UnpinResult taken: s_unpinned.Add(taken.Unpinned); break;
        }
    }

    /// <summary>Counts a call of a node that is repeated: import, pin or other.</summary>
    public static void Retried(string call) => s_retries.Add(1, new KeyValuePair<string, object?>("call", call));
}
