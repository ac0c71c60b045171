using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>backup [full|incremental] [--continuous] [--every DURATION] [--max-bytes N]</c>.</summary>
internal sealed class BackupCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Argument<string> _type = new("type")
    {
        Description = "What to back up: full is everything, incremental what was written since the last backup",
        DefaultValueFactory = _ => "full",
        HelpName = "full|incremental",
    };

    private readonly Option<bool> _continuous = new("--continuous") { Description = "Go on with incremental backups until a signal stops it" };
    private readonly Option<TimeSpan?> _every = new("--every")
    {
        Description = "With --continuous: close a slice after so long (default: 10s)",
        HelpName = "DURATION",
        CustomParser = Duration.Parse,
    };

    private readonly Option<long?> _maxBytes = new("--max-bytes")
    {
        Description = "Close a slice at so many bytes of oplog (default: 1 GiB, with --continuous 16 MiB)",
        HelpName = "N",
    };

    public BackupCommand(IEngineCommands engine) : base("backup", "Back up, encrypt, and store on both nodes")
    {
        _engine = engine;
        Add(_type.AcceptOnlyFromAmong("full", "incremental"));
        Add(_continuous);
        Add(_every);
        Add(_maxBytes);
        _maxBytes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, out var bytes) && bytes < 1) result.AddError("--max-bytes is at least 1");
        });
        Validators.Add(result =>
        {
            var incremental = result.GetValue(_type) == "incremental";
            if (!incremental && (result.GetResult(_continuous) is not null || result.GetResult(_maxBytes) is not null)) result.AddError("--continuous and --max-bytes are for incremental backups");
            else if (result.GetResult(_every) is not null && result.GetResult(_continuous) is null) result.AddError("--every goes with --continuous");
        });
    }

    public override Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        if (parse.GetValue(_type) != "incremental") return Full(session, cancellationToken);
        var request = new IncrementalRequest(parse.GetValue(_every), parse.GetValue(_maxBytes));
        return parse.GetValue(_continuous) ? Continuous(request, session, cancellationToken) : Increment(request, session, cancellationToken);
    }

    private async Task<int> Full(CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.Backup, run => _engine.Backup(new(), run, cancellationToken));
        session.Terminal.Result("backup_result", result, () => BackupText.Of(result));
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        return BackupOutput.ExitCode([result], session.Terminal);
    }

    private async Task<int> Increment(IncrementalRequest request, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.Backup, run => _engine.BackupIncrement(request, run, cancellationToken));
        return IncrementalOutput.Print(result, session.Terminal);
    }

    private async Task<int> Continuous(IncrementalRequest request, CliSession session, CancellationToken cancellationToken)
    {
        await session.Run(OptionsScope.Backup, async run =>
        {
            await _engine.BackupContinuously(request, run, result => IncrementalOutput.Print(result, session.Terminal), failed => IncrementalOutput.Print(failed, session.Terminal), cancellationToken);
            return true;
        });
        return ExitCodes.Ok;
    }
}
