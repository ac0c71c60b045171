using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>resume</c>.</summary>
internal sealed class ResumeCommand(IEngineCommands engine) : CliCommand("resume", "Store what waits in staging, and make copies that are missing")
{
    private static readonly Column[] Columns = ["BACKUP", "DONE", "NODE", new("VERIFIED", true)];

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => engine.Resume(run, cancellationToken));
        session.Terminal.Result("resume_result", result, () => Text(result));
        foreach (var warning in result.Backups.SelectMany(b => b.Warnings).Concat(result.Warnings)) session.Terminal.Warning(warning);
        if (result.Problems.Count > 0)
            return session.Terminal.Error(Human.Word(ErrorKind.Partial), $"finish uploads: {string.Join("; ", result.Problems)}", "what is left stays where it is; repair the node and run `backupfn resume` again", ExitCodes.Of(ErrorKind.Partial));
        if (result.More) session.Terminal.Warning("more copies are missing than one run makes: run it again");
        return BackupOutput.ExitCode(result.Backups, session.Terminal);
    }

    private static string Text(ResumeResult result)
    {
        var rows = result.Backups.SelectMany(b => b.Nodes.Where(n => n.Fault is null).Select(n => Row(b.Backup.Id, "stored", n.Node, n.VerifiedBlocks)))
            .Concat(result.Copies.Select(c => Row(c.Backup, "copied", c.Node, c.VerifiedBlocks))).ToList();
        if (rows.Count > 0) return TextTable.Render(Columns, rows);
        return result.Problems.Count > 0 || result.More ? "" : "nothing waits, and no copy is missing\n";
    }

    private static IReadOnlyList<string> Row(string backup, string done, string node, long verified) => [backup, done, node, Human.Count(verified)];
}
