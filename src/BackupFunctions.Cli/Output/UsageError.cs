using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using BackupFunctions.Cli.Commands;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>Prints why a command line cannot be understood.</summary>
internal static partial class UsageError
{
    /// <summary>Every fault once, and where the help is; gives the exit code.</summary>
    public static int Print(BackupFnCommand root, ParseResult parse, Terminal terminal)
    {
        var command = parse.CommandResult.Command;
        var path = command == root ? BackupFnCommand.ExecutableText : $"{BackupFnCommand.ExecutableText} {Path(command, root)}";
        return terminal.Error(
            Human.Word(ErrorKind.Configuration),
            string.Join("; ", Faults(parse).Distinct(StringComparer.Ordinal)),
            Suggestion(parse) ?? $"run `{path} --help`",
            ExitCodes.Of(ErrorKind.Configuration));
    }

    private static IEnumerable<string> Faults(ParseResult parse)
    {
        // a word that is no command also leaves the command missing: name the word alone
        var unmatched = parse.UnmatchedTokens;
        return unmatched.Count > 0 && parse.CommandResult.Command.Subcommands.Count > 0
            ? unmatched.Select(t => $"unknown command or option '{t}'")
            : parse.Errors.Select(Sentence);
    }

    private static string Sentence(ParseError error)
    {
        var message = Whitespace().Replace(error.Message, " ").TrimEnd('.');
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        if (message.Length > 0) message = char.ToLowerInvariant(message[0]) + message[1..];
        return option is null || message.Contains(option.Option.Name, StringComparison.Ordinal) ? message : $"{option.Option.Name}: {message}";
    }

    private static string? Suggestion(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var global = parse.RootCommandResult.Command.Options.Where(o => o.Recursive);
        var names = command.Subcommands.Select(c => c.Name).Concat(command.Options.Concat(global).Select(o => o.Name)).ToArray();
        return parse.UnmatchedTokens.Select(t => NearestName.Of(t, names)).FirstOrDefault(n => n is not null) is { } nearest ? $"did you mean `{nearest}`?" : null;
    }

    private static string Path(Command command, RootCommand root) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent && parent != root ? $"{Path(parent, root)} {command.Name}" : command.Name;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
