using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>restore-full CID|latest --uri URI [--drop] [--dry-run] [--force]</c>.</summary>
internal sealed class RestoreFullCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly RestoreTarget _target;
    private readonly Argument<string> _backup = BackupArgument.Create();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print what would be restored, write nothing" };

    private readonly Option<bool> _force = new("--force") { Description = "Allow a target of an older major version than the backup's server" };

    public RestoreFullCommand(IEngineCommands engine) : base("restore-full", "Restore a backup from the nodes")
    {
        _engine = engine;
        Add(_backup);
        _target = new(this);
        Add(_dryRun);
        Add(_force);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var uri = _target.Uri(parse, session);
        var result = await session.Run(OptionsScope.Restore, run =>
            _engine.RestoreFull(new(parse.GetRequiredValue(_backup), uri, _target.Drop(parse), parse.GetValue(_dryRun), parse.GetValue(_force)), run, cancellationToken));
        return RestoreOutput.Print(result, session.Terminal);
    }
}
