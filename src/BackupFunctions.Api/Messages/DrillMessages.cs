using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Messages;

/// <summary>Body of <c>POST drills</c>.</summary>
public sealed record DrillRequest
{
    /// <summary>The point in time that is restored (UTC, or <c>seconds:increment</c>); null: chance chooses it.</summary>
    public string? At { get; init; }
}

/// <summary>
/// The output of a restore drill: the full backup that was loaded, the point that its oplog was replayed to (null: none was), <c>proven</c>, <c>replayed</c> (not compared) or <c>failed</c> with its reason,
/// how long it took, and what was restored.
/// </summary>
public sealed record DrillOutput(DateTimeOffset At, string? Backup, string? Point, string Outcome, double Seconds, long Documents, long Bytes, string? Reason, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result.</summary>
    public static DrillOutput Of(DrillResult result)
    {
        var drill = result.Drill;
        return new(drill.At, drill.Backup?.ToString(), drill.Point?.ToString(), Human.Word(drill.Outcome), drill.Duration.TotalSeconds, drill.Documents, drill.Bytes, drill.Reason, result.Warnings);
    }
}
