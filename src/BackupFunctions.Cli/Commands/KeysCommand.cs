using System.CommandLine;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys</c>: the commands about keys.</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand() : base("keys", "Make keys") => Add(new KeysNewCommand());
}
