using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>windows</c>.</summary>
internal sealed class WindowsCommand(IEngineCommands engine) : CliCommand("windows", "Show from when to when every second can be restored, and the gaps")
{
    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => engine.Windows(run, cancellationToken));
        if (session.Terminal.Json)
        {
            foreach (var window in result.Windows) session.Terminal.Result("window", window, () => "");
            foreach (var gap in result.Gaps) session.Terminal.Result("gap", gap, () => "");
        }
        else if (result.Windows.Count == 0)
        {
            session.Terminal.Note("no backup can be restored to a point in time");
        }
        else
        {
            session.Terminal.Result("window", result, () => WindowText.Table(result));
        }
        return ExitCodes.Ok;
    }
}
