using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys remove SLOT [--new-key-file FILE …]</c>.</summary>
internal sealed class KeysRemoveCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly NewKeyOptions _newKey;
    private readonly Argument<string> _slot = new("slot") { Description = "Id of a slot, as `backupfn keys list` shows it", HelpName = "SLOT" };

    public KeysRemoveCommand(IEngineCommands engine) : base("remove", "Remove a slot; the last one stays, and a key that is given must open what remains")
    {
        _engine = engine;
        Add(_slot);
        _newKey = new(this);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.RemoveKey(new(parse.GetRequiredValue(_slot)), _newKey.Give(run, parse, session), cancellationToken));
        var code = KeysOutput.Print(result, session.Terminal);
        session.Terminal.Warning(KeysOutput.NotRevoked);
        return code;
    }
}
