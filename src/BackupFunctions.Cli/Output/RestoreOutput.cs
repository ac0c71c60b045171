using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>Prints what a restore did, or would do.</summary>
internal static class RestoreOutput
{
    private static readonly Column[] Columns = ["NAMESPACE", "KIND", new("DOCUMENTS", true), new("SIZE", true), new("INDEXES", true)];

    private static readonly Column[] WithFaults = [.. Columns, new("REFUSED", true), new("DIFFERENT", true)];

    /// <summary>Gives the exit code: documents that differ are corruption, refused ones make it partial.</summary>
    public static int Print(RestoreResult result, Terminal terminal)
    {
        var refused = result.Namespaces.Sum(n => n.Refused);
        var mismatches = result.Namespaces.Sum(n => n.Mismatches);
        var summary = new
        {
            result.Source,
            result.DryRun,
            Documents = result.Namespaces.Sum(n => n.Documents),
            Bytes = result.Namespaces.Sum(n => n.Bytes),
            Refused = refused,
            Mismatches = mismatches,
            result.Namespaces,
        };
        terminal.Result("restore_result", summary, () =>
            TextTable.Render(refused + mismatches > 0 ? WithFaults : Columns, result.Namespaces.Select(n => Row(n, refused + mismatches > 0)))
            + $"{(result.DryRun ? "would restore" : "restored")} {Human.Count(summary.Documents)} documents ({Human.Size(summary.Bytes)}) in "
            + $"{Human.Count(result.Namespaces.Count)} namespaces from {Printable.Line(result.Source)}\n");
        if (mismatches > 0)
            return terminal.Error(Human.Word(ErrorKind.Corrupt), $"compare restored data: {Human.Count(mismatches)} documents differ from the source", null, ExitCodes.Of(ErrorKind.Corrupt));
        if (refused > 0)
            return terminal.Error(Human.Word(ErrorKind.Partial), $"restore: the target refused {Human.Count(refused)} documents", "restore into an empty target, or use --drop", ExitCodes.Of(ErrorKind.Partial));
        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string> Row(RestoredNamespace n, bool faults) =>
    [
        n.Namespace, n.Kind, Human.Count(n.Documents), Human.Size(n.Bytes), Human.Count(n.Indexes),
        .. faults ? [Human.Count(n.Refused), Human.Count(n.Mismatches)] : Array.Empty<string>(),
    ];
}
