using System.CommandLine;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>completion bash</c>: prints a script that asks the command line itself for completions, by the <c>[suggest]</c> directive.</summary>
internal sealed class CompletionCommand : CliCommand
{
    private const string Bash = """
        _backupfn() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(backupfn "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _backupfn backupfn

        """;

    private readonly Argument<string> _shell = new("shell") { Description = "The shell to print a completion script for", HelpName = "bash" };

    public CompletionCommand() : base("completion", "Print a shell completion script") => Add(_shell.AcceptOnlyFromAmong("bash"));

    public override Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        session.Terminal.Result("completion", new { shell = parse.GetRequiredValue(_shell), script = Bash }, () => Bash);
        return Task.FromResult(ExitCodes.Ok);
    }
}
