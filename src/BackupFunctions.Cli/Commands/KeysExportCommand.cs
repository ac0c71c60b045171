using System.CommandLine;
using System.Text;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys export [--output FILE]</c>.</summary>
internal sealed class KeysExportCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The file to write (default: standard output)", HelpName = "FILE" };

    public KeysExportCommand(IEngineCommands engine) : base("export", "Write the public keyring, which together with a key opens every backup, for --keyring")
    {
        _engine = engine;
        Add(_output);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var keyring = await session.Run(OptionsScope.List, run => _engine.ExportKeyring(run, cancellationToken));
        if (parse.GetValue(_output) is not { } file)
        {
            session.Terminal.Result("keyring", keyring, () => keyring.Json + "\n");
            return ExitCodes.Ok;
        }
        var path = session.Io.Settings.FullPath(file);
        using (var pending = session.Io.Files.Create(path))
        {
            pending.Stream.Write(Encoding.UTF8.GetBytes(keyring.Json + "\n"));
            pending.Commit();
        }
        session.Terminal.Result("keyring", new { path, repository = keyring.Repository }, () => path + "\n");
        return ExitCodes.Ok;
    }
}
