using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>export ID|CID|latest --car [--chain] [--output FILE]</c>.</summary>
internal sealed class ExportCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Argument<string> _backup = BackupArgument.Create();
    private readonly Option<bool> _car = new("--car") { Description = "As a CAR file, still sealed, which `import` takes in elsewhere" };
    private readonly Option<bool> _chain = new("--chain") { Description = "Also the incremental backups that follow, as far as there are any" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "The CAR file to write (default: ID.car)", HelpName = "FILE" };

    public ExportCommand(IEngineCommands engine) : base("export", "Write a backup, and what it needs to be restored elsewhere, to one file")
    {
        _engine = engine;
        Add(_backup);
        Add(_car);
        Add(_chain);
        Add(_output);
        Validators.Add(result =>
        {
            if (!result.GetValue(_car)) result.AddError("want --car: the one form of an export");
        });
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var backup = parse.GetRequiredValue(_backup);
        var path = session.Io.Settings.FullPath(parse.GetValue(_output) ?? $"{backup}.car");
        var result = await session.Run(OptionsScope.List, run => _engine.Export(new(backup, parse.GetValue(_chain), path), run, cancellationToken));
        session.Terminal.Result("export_result", result, () => TextTable.Fields(
            ("file", result.Path), ("root", result.Root), ("backups", string.Join(' ', result.Backups)), ("blocks", Human.Count(result.Blocks)), ("size", Human.Size(result.Bytes))));
        return ExitCodes.Ok;
    }
}
