using BackupFunctions.Manifest;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Api.Messages;

/// <summary>Every moment from <see cref="From"/> to <see cref="To"/> can be restored.</summary>
public sealed record Window(string From, DateTimeOffset FromTime, string To, DateTimeOffset ToTime, string FullBackup, IReadOnlyList<string> Slices);

/// <summary>Moments behind <see cref="After"/> and before <see cref="Before"/> cannot.</summary>
public sealed record WindowGap(string After, DateTimeOffset AfterTime, string? Before, DateTimeOffset? BeforeTime, string? Reason, DateTimeOffset? DetectedAt);

/// <summary>Restorable ranges and the gaps between them, oldest first.</summary>
public sealed record WindowList(IReadOnlyList<Window> Windows, IReadOnlyList<WindowGap> Gaps)
{
    /// <summary>Of a timeline.</summary>
    public static WindowList Of(OplogTimeline timeline) => new(
        [.. timeline.Windows.Select(w => new Window(w.From.ToString(), w.From.Time, w.To.ToString(), w.To.Time, w.Full.Id.ToString(), [.. w.Slices.Select(s => s.Id.ToString())]))],
        [.. timeline.Gaps.Select(g => new WindowGap(g.After.ToString(), g.After.Time, g.Before?.ToString(), g.Before?.Time, g.Reason is { } reason ? Human.Word(reason) : null, g.DetectedAt))]);
}
