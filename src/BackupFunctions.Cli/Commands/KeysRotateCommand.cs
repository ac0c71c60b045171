using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys rotate [--re-encrypt] [--new-key-file FILE …] [--id ID]</c>.</summary>
internal sealed class KeysRotateCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly NewKeyOptions _newKey;
    private readonly Option<string?> _id = KeysOutput.IdOption();
    private readonly Option<bool> _reEncrypt = new("--re-encrypt") { Description = "Seal every backup again under a new root key, which only the new key opens; needed when the old key has leaked" };

    public KeysRotateCommand(IEngineCommands engine) : base("rotate", "Put a new key in the place of the old one")
    {
        _engine = engine;
        Add(_reEncrypt);
        _newKey = new(this);
        Add(_id);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var request = new Messages.RotateKeysRequest(parse.GetValue(_reEncrypt), parse.GetValue(_id));
        var result = await session.Run(OptionsScope.List, run => _engine.RotateKeys(request, _newKey.Give(run, parse, session), cancellationToken));
        var code = KeysOutput.Print(result, session.Terminal);
        if (result.WasComplete) session.Terminal.Note($"there was nothing to do: every backup is sealed under epoch {result.Epoch} already, which the new key opens and the old one never did");
        session.Terminal.Note("from now on set the new key as BACKUP_ENCRYPTION_KEY, or in the form that is in use, wherever backups are made or restored");
        session.Terminal.Warning(result.ReEncrypted ? KeysOutput.CompleteAfterCollection : KeysOutput.NotRevoked);
        return code;
    }
}
