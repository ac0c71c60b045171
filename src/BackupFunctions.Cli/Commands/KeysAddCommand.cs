using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys add [--new-key-file FILE …] [--id ID]</c>.</summary>
internal sealed class KeysAddCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly NewKeyOptions _newKey;
    private readonly Option<string?> _id = KeysOutput.IdOption();

    public KeysAddCommand(IEngineCommands engine) : base("add", "Add a slot, so that another key opens the backups too")
    {
        _engine = engine;
        _newKey = new(this);
        Add(_id);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.AddKey(new(parse.GetValue(_id)), _newKey.Give(run, parse, session), cancellationToken));
        return KeysOutput.Print(result, session.Terminal);
    }
}
