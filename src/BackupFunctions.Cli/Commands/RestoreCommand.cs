using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>restore PATH --uri URI [--drop] [--ns-include PATTERN]</c>.</summary>
internal sealed class RestoreCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly RestoreTarget _target;
    private readonly Argument<string> _path = new("path") { Description = "A mongodump directory or archive, plain or gzip", HelpName = "PATH" };
    private readonly Option<string[]> _include = new("--ns-include")
    {
        Description = "Only namespaces that match database.collection, * is anything; may be repeated",
        HelpName = "PATTERN",
    };

    public RestoreCommand(IEngineCommands engine) : base("restore", "Load a mongodump directory or archive")
    {
        _engine = engine;
        Add(_path);
        _target = new(this);
        Add(_include);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var path = session.Io.Settings.FullPath(parse.GetRequiredValue(_path));
        var uri = _target.Uri(parse, session);
        var result = await session.Run(OptionsScope.General, run =>
            _engine.RestoreDump(new(path, uri, _target.Drop(parse), parse.GetValue(_include) ?? []), run, cancellationToken));
        return RestoreOutput.Print(result, session.Terminal);
    }
}
