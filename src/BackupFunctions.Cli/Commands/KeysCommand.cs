using System.CommandLine;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys</c>: the commands about keys.</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand(IEngineCommands engine) : base("keys", "Make keys, and change which ones open the backups")
    {
        Add(new KeysNewCommand());
        Add(new KeysListCommand(engine));
        Add(new KeysAddCommand(engine));
        Add(new KeysRemoveCommand(engine));
        Add(new KeysRotateCommand(engine));
        Add(new KeysExportCommand(engine));
    }
}
