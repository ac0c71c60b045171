namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for a restore drill: to a point in time (null: by chance), on a server (null: that of DRILL_URI, or one in this process).</summary>
public sealed record DrillRequest(string? At, string? Uri);

/// <summary>What it came to: the full backup that was loaded, the point in time as an optime, and <c>proven</c>, <c>replayed</c> or <c>failed</c> with the reason.</summary>
public sealed record DrillSummary(string Backup, string? Point, string Outcome, double Seconds, long Documents, long Bytes, string? Reason)
{
    /// <summary>What else to say.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
