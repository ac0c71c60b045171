using System.CommandLine;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>protect ID</c> and <c>unprotect ID</c>.</summary>
internal sealed class ProtectCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly bool _protect;
    private readonly Argument<string> _backup = BackupArgument.Create();

    public ProtectCommand(IEngineCommands engine, bool protect) : base(protect ? "protect" : "unprotect", protect ? "Keep a backup, and what it needs, from retention" : "Give a backup back to retention")
    {
        (_engine, _protect) = (engine, protect);
        Add(_backup);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.Protect(new(parse.GetRequiredValue(_backup), _protect), run, cancellationToken));
        session.Terminal.Result("protect_result", result, () => $"backup {result.Id} is {(result.Protected ? "protected" : "not protected any more")}\n");
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        return ExitCodes.Ok;
    }
}
