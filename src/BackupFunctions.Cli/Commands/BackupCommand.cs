using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>backup [full]</c>.</summary>
internal sealed class BackupCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Argument<string> _type = new("type")
    {
        Description = "What to back up: full is everything",
        DefaultValueFactory = _ => "full",
        HelpName = "full",
    };

    public BackupCommand(IEngineCommands engine) : base("backup", "Back up, encrypt, and store on both nodes")
    {
        _engine = engine;
        Add(_type.AcceptOnlyFromAmong("full"));
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.Backup, run => _engine.Backup(new(BackupType.Full), run, cancellationToken));
        session.Terminal.Result("backup_result", result, () => TextTable.Fields([.. BackupText.Fields(result.Backup), .. BackupText.Copies(result.Nodes)]));
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        if (result.Backup.State == BackupState.Complete) return ExitCodes.Ok;
        var lacking = string.Join(" and ", result.Nodes.Where(n => n.Fault is not null || !n.Pinned).Select(n => n.Node));
        return session.Terminal.Error(
            Human.Word(ErrorKind.Partial),
            $"copy backup {result.Backup.Id} to both nodes: no verified copy on {lacking}",
            "the backup is recorded and can be restored; repair the node and back up again",
            ExitCodes.Of(ErrorKind.Partial));
    }
}
