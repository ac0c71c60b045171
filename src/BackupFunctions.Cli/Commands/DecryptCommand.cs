using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>decrypt FILE|DIR… [--output DIR]</c>.</summary>
internal sealed class DecryptCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly KeyringOption _keyring;
    private readonly Argument<string[]> _paths = new("path")
    {
        Description = "A CAR file from download, or a directory from ipfs get; behind a full backup the incremental ones that follow it, in order",
        HelpName = "FILE|DIR",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The mongodump directory to write",
        HelpName = "DIR",
        DefaultValueFactory = _ => "dump",
    };

    public DecryptCommand(IEngineCommands engine) : base("decrypt", "Open sealed files into a mongodump directory")
    {
        _engine = engine;
        Add(_paths);
        Add(_output);
        _keyring = new(this);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var paths = parse.GetRequiredValue(_paths).Select(session.Io.Settings.FullPath).ToList();
        var output = session.Io.Settings.FullPath(parse.GetRequiredValue(_output));
        var result = await session.Run(OptionsScope.Decrypt, run => _engine.Decrypt(new(paths, output), _keyring.Give(run, parse, session), cancellationToken));
        session.Terminal.Result("decrypt_result", result, () => TextTable.Fields(
            ("directory", result.Output), ("collections", Human.Count(result.Collections)), ("documents", Human.Count(result.Documents)), ("oplog entries", Human.Count(result.OplogEntries)), ("size", Human.Size(result.Bytes))));
        return ExitCodes.Ok;
    }
}
