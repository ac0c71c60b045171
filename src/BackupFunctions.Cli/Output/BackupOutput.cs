using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>How safe the backups of a run are, as an exit code.</summary>
internal static class BackupOutput
{
    /// <summary>Prints an error for the first that one node alone holds.</summary>
    public static int ExitCode(IEnumerable<BackupResult> results, Terminal terminal)
    {
        if (results.FirstOrDefault(r => r.Backup.State != BackupState.Complete) is not { } result) return ExitCodes.Ok;
        var lacking = string.Join(" and ", result.Nodes.Where(n => n.Fault is not null || !n.Pinned).Select(n => n.Node));
        return terminal.Error(
            Human.Word(ErrorKind.Partial),
            $"copy backup {result.Backup.Id} to both nodes: no verified copy on {lacking}",
            "the backup is recorded and can be restored; when the node is back, `backupfn resume` makes its copy",
            ExitCodes.Of(ErrorKind.Partial));
    }
}
