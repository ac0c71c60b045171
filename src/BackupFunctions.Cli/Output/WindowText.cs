using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>Restorable windows as text.</summary>
internal static class WindowText
{
    private static readonly Column[] Columns = ["", "FROM (UTC)", "TO (UTC)", "FROM OPTIME", "TO OPTIME", new("SLICES", true), "FULL BACKUP"];

    /// <summary>A row for each window and each gap, oldest first.</summary>
    public static string Table(WindowsResult result) => TextTable.Render(Columns, result.Windows.Select(w => (At: w.FromTime, Row: Row(w)))
        .Concat(result.Gaps.Select(g => (At: g.AfterTime, Row: Row(g)))).OrderBy(r => r.At).Select(r => r.Row));

    /// <summary>A line for each and one for the last restore that was proven, and an empty one.</summary>
    public static string Headline(ListResult list) => $"{Lines(list.Restorable)}last proven restore: {(list.LastProven is { } drill ? $"{Human.Time(drill.At)} of backup {drill.Backup}" : "none yet")}\n\n";

    private static string Lines(WindowsResult result) =>
        string.Concat(result.Windows.Select(w => (At: w.FromTime, Line: $"restorable: {Human.Time(w.FromTime)} to {Human.Time(w.ToTime)}\n"))
            .Concat(result.Gaps.Select(g => (At: g.AfterTime, Line: $"gap: {Human.Time(g.AfterTime)} to {End(g)}{(g.Reason is null ? "" : $" ({g.Reason})")}\n")))
            .OrderBy(r => r.At).Select(r => r.Line).DefaultIfEmpty("restorable: each backup, but no point in time\n"));

    private static IReadOnlyList<string> Row(WindowSummary w) => ["window", Human.Time(w.FromTime), Human.Time(w.ToTime), w.From, w.To, Human.Count(w.Slices.Count), w.Full];

    private static IReadOnlyList<string> Row(GapSummary g) => ["gap", Human.Time(g.AfterTime), End(g), g.After, g.Before ?? "", "", g.Reason ?? ""];

    private static string End(GapSummary gap) => gap.BeforeTime is { } end ? Human.Time(end) : "now";
}
