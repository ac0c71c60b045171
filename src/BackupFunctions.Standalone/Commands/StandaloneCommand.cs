using System.CommandLine;
using System.CommandLine.Invocation;

namespace BackupFunctions.Standalone.Commands;

/// <summary>The command line of the process: arguments in, text on the writers, exit code out.</summary>
internal static class StandaloneCommand
{
    /// <summary>Runs one command.</summary>
    public static async Task<int> Run(IReadOnlyList<string> args, StandaloneIo io, IReadOnlyList<Command> commands, CancellationToken cancellationToken)
    {
        var root = new RootCommand("BackupFunctions in one process") { HelpName = "standalone" };
        foreach (var command in commands) root.Add(command);
        // @ in an argument is text: response files would turn a password into a file name
        var parse = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Action is ParseErrorAction || (parse.Action is null && parse.Errors.Count > 0))
        {
            foreach (var error in parse.Errors) await io.Error.WriteLineAsync($"error: {error.Message}");
            await io.Error.WriteLineAsync("hint: run with --help");
            return ExitCodes.Of(ErrorKind.Configuration);
        }
        var configuration = new InvocationConfiguration { Output = io.Out, Error = io.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parse.InvokeAsync(configuration, cancellationToken);
    }
}

/// <summary>What the commands print on. The writers are not disposed.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Interactive">Whether a person watches both.</param>
/// <param name="Colour">Whether colour is welcome there.</param>
internal sealed record StandaloneIo(TextWriter Out, TextWriter Error, bool Interactive, bool Colour)
{
    /// <summary>The console of this process; NO_COLOR (no-color.org) and TERM=dumb are respected.</summary>
    public static StandaloneIo FromProcess()
    {
        var interactive = !Console.IsOutputRedirected && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new(Console.Out, Console.Error, interactive, string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
    }
}
