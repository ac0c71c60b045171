using System.CommandLine;

namespace BackupFunctions.Cli.Commands;

/// <summary>A command that does something: parses its own options, renders its own result.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>Runs it; gives the exit code, or throws what <see cref="ExitCodes"/> classifies.</summary>
    public abstract Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken);
}
