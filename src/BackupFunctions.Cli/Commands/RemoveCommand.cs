using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>remove ID [--force]</c>.</summary>
internal sealed class RemoveCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Argument<string> _backup = BackupArgument.Create();
    private readonly Option<bool> _force = new("--force") { Description = "Even the last full backup, and what is protected" };

    public RemoveCommand(IEngineCommands engine) : base("remove", "Remove a backup and what depends on it from the list; retention unpins it after the grace period")
    {
        _engine = engine;
        Add(_backup);
        Add(_force);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.Remove(new(parse.GetRequiredValue(_backup), parse.GetValue(_force)), run, cancellationToken));
        session.Terminal.Result("remove_result", result, () => RetentionText.Table(result.Removed, "removed"));
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        return ExitCodes.Ok;
    }
}
