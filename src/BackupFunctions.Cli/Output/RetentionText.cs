using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>What stays and what goes, as text.</summary>
internal static class RetentionText
{
    private static readonly Column[] Columns = ["ID", "TYPE", "STARTED (UTC)", new("STORED", true), "", "WHY"];

    /// <summary>A row for each backup.</summary>
    public static string Table(IEnumerable<RetentionItem> items, string gone) => TextTable.Render(Columns, items.Select(i => (IReadOnlyList<string>)
        [i.Id, Human.Word(i.Type), Human.Time(i.StartedAt), Human.Size(i.StoredBytes), i.Keep ? "stays" : gone, string.Join("; ", i.Reasons)]));
}
