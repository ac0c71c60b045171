namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Every point from one optime to the other can be restored, both included: from this full backup on, by these slices.</summary>
public sealed record WindowSummary(string From, DateTimeOffset FromTime, string To, DateTimeOffset ToTime, string Full, IReadOnlyList<string> Slices);

/// <summary>No point behind one optime and before the other can be restored (null: nothing follows yet); the reason, if one was recorded.</summary>
public sealed record GapSummary(string After, DateTimeOffset AfterTime, string? Before, DateTimeOffset? BeforeTime, string? Reason, DateTimeOffset? DetectedAt);

/// <summary>Windows and the gaps between them, oldest first.</summary>
public sealed record WindowsResult(IReadOnlyList<WindowSummary> Windows, IReadOnlyList<GapSummary> Gaps);
