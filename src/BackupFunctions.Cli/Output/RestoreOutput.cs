using System.Globalization;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>Prints what a restore did, or would do.</summary>
internal static class RestoreOutput
{
    private static readonly Column[] Columns = ["NAMESPACE", "KIND", new("DOCUMENTS", true), new("SIZE", true), new("INDEXES", true)];

    /// <summary>Gives the exit code: whatever differs from the source is corruption.</summary>
    public static int Print(RestoreResult result, Terminal terminal)
    {
        var different = result.Namespaces.Where(n => n.Differences.Count > 0).ToList();
        var summary = new
        {
            result.Source,
            result.DryRun,
            Documents = result.Namespaces.Sum(n => n.Documents),
            Bytes = result.Namespaces.Sum(n => n.Bytes),
            result.Compared,
            Mismatches = different.Sum(n => n.Differences.Count),
            result.Oplog,
            result.Replay,
            result.Namespaces,
            result.Warnings,
        };
        foreach (var warning in result.Warnings) terminal.Warning(warning);
        terminal.Result("restore_result", summary, () =>
            TextTable.Render(Columns, result.Namespaces.Select(Row))
            + $"{(result.DryRun ? "would restore" : "restored")} {Human.Count(summary.Documents)} documents ({Human.Size(summary.Bytes)}) in "
            + $"{Human.Count(result.Namespaces.Count)} namespaces from {Printable.Line(result.Source)}\n"
            + Oplog(result));
        foreach (var difference in different.SelectMany(n => n.Differences)) terminal.Warning(difference);
        return different.Count == 0
            ? ExitCodes.Ok
            : terminal.Error(Human.Word(ErrorKind.Corrupt), $"compare restored data: {Human.Count(different.Count)} namespaces differ from the source", null, ExitCodes.Of(ErrorKind.Corrupt));
    }

    private static string Oplog(RestoreResult result)
    {
        // a full backup brings the oplog of its own duration; that nothing was in it is no news
        if (result.Oplog is not { } oplog || (oplog.Slices == 0 && result.Compared)) return "";
        var what = string.Create(CultureInfo.InvariantCulture,
            $"{Human.Size(oplog.Bytes)} of oplog, {Human.Count(oplog.Slices)} incremental backups among it, up to {oplog.ThroughTime:yyyy-MM-dd HH:mm:ss} UTC ({oplog.Through})");
        if (result.Replay is not { } replay) return $"would replay {what}\n";
        return $"replayed {what}: {Human.Count(replay.Applied)} operations, {Human.Count(replay.Transactions)} transactions, {Human.Count(replay.Uncommitted)} left out since they were not committed\n"
            + (result.Compared ? "" : "not compared: of a state that oplog led to the backups hold no hash\n");
    }

    private static IReadOnlyList<string> Row(RestoredNamespace n) => [n.Namespace, n.Kind, Human.Count(n.Documents), Human.Size(n.Bytes), Human.Count(n.Indexes)];
}
