using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Manifest;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>drill [--at TIME] [--uri URI]</c>.</summary>
internal sealed class DrillCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Option<string?> _at = new("--at") { Description = "The point in time to restore to (default: by chance)", HelpName = "TIME" };
    private readonly Option<string?> _uri = new("--uri") { Description = "A server to restore to under names of its own (default: DRILL_URI, else one in this process)", HelpName = "URI" };

    public DrillCommand(IEngineCommands engine) : base("drill", "Restore a backup for trial, compare it, and leave nothing behind")
    {
        _engine = engine;
        Add(_at);
        Add(_uri);
        _at.Validators.Add(result =>
        {
            try
            {
                if (result.Tokens is [var token]) RestorePoint.Parse(token.Value, "--at");
            }
            catch (BackupException e)
            {
                result.AddError($"{e.Message}: {e.Hint}");
            }
        });
        _uri.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && MongoUriForm.Check("--uri", token.Value) is { } problem) result.AddError(problem.ToString());
        });
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var uri = parse.GetValue(_uri);
        if (uri is not null) session.Redactor.AddUri(uri);
        var result = await session.Run(OptionsScope.List, run => _engine.Drill(new(parse.GetValue(_at), uri), run, cancellationToken));
        session.Terminal.Result("drill_result", result, () => TextTable.Fields([.. Fields(result)]));
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        return result.Reason is null ? ExitCodes.Ok
            : session.Terminal.Error(Human.Word(ErrorKind.Corrupt), $"restore backup {result.Backup} for trial: {result.Reason}", "`backupfn scrub --all` tells what is damaged", ExitCodes.Of(ErrorKind.Corrupt));
    }

    private static IEnumerable<(string Name, string Value)> Fields(DrillSummary drill) =>
    [
        ("backup", drill.Backup),
        ("point", drill.Point ?? "the full backup by itself"),
        ("outcome", drill.Outcome switch { "proven" => "proven: every byte compared and equal", "replayed" => "replayed, not compared", var other => other }),
        ("took", Human.Duration(TimeSpan.FromSeconds(drill.Seconds))),
        ("documents", Human.Count(drill.Documents)),
        ("size", Human.Size(drill.Bytes)),
    ];
}
