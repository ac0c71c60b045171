using System.CommandLine;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>alerts</c>: the commands about alerts.</summary>
internal sealed class AlertsCommand : Command
{
    public AlertsCommand(IEngineCommands engine) : base("alerts", "Look whether alerts arrive") => Add(new AlertsTestCommand(engine));
}
