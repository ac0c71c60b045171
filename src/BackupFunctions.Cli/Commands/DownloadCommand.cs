using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>download CID [--output F]</c>.</summary>
internal sealed class DownloadCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Argument<string> _cid = new("cid") { Description = "Root CID of a backup", HelpName = "CID" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "The CAR file to write (default: CID.car)", HelpName = "FILE" };

    public DownloadCommand(IEngineCommands engine) : base("download", "Fetch a backup, still sealed, as one CAR file")
    {
        _engine = engine;
        _cid.Validators.Add(result =>
        {
            if (!Cid.TryParse(result.GetValueOrDefault<string>(), out _)) result.AddError($"'{result.GetValueOrDefault<string>()}' is no CID: want CIDv1 in base32, as `backupfn list` shows it");
        });
        Add(_cid);
        Add(_output);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var cid = parse.GetRequiredValue(_cid);
        var path = session.Io.Settings.FullPath(parse.GetValue(_output) ?? $"{cid}.car");
        var result = await session.Run(OptionsScope.Download, run => _engine.Download(new(cid, path), run, cancellationToken));
        session.Terminal.Result("download_result", result, () => TextTable.Fields(
            ("file", result.Path), ("root", result.Cid), ("blocks", Human.Count(result.Blocks)), ("size", Human.Size(result.Bytes))));
        return ExitCodes.Ok;
    }
}
