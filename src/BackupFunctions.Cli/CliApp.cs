using System.CommandLine;
using System.CommandLine.Invocation;
using BackupFunctions.Cli.Commands;
using BackupFunctions.Cli.Output;

namespace BackupFunctions.Cli;

/// <summary>The whole command line in process: arguments in, text on the writers, exit code out. It never throws.</summary>
public static class CliApp
{
    /// <summary>Runs one command.</summary>
    public static async Task<int> Run(IReadOnlyList<string> args, IEngineCommands engine, CliIo io, CancellationToken cancellationToken)
    {
        var root = new BackupFnCommand(engine);
        // @ in an argument is text: response files would turn a path or a password into a file name
        var parse = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        using var session = new CliSession(io, root.Global, parse);
        try
        {
            return parse.Action switch
            {
                null when parse.Errors.Count == 0 && parse.CommandResult.Command is CliCommand command => await command.Execute(parse, session, cancellationToken),
                null or ParseErrorAction => UsageError.Print(root, parse, session.Terminal),
                _ => await parse.InvokeAsync(new InvocationConfiguration { Output = io.Out, Error = io.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken),
            };
        }
        // what was running when the signal came may say it in its own words
        catch (Exception e) when (cancellationToken.IsCancellationRequested && IsCancellation(e))
        {
            return session.Terminal.Error("cancelled", "cancelled", "run it again: it goes on, or begins anew", ExitCodes.Cancelled);
        }
#pragma warning disable CA1031 // the edge of the process: whatever failed becomes a message and an exit code
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ErrorOutput.Print(e, session);
        }
    }

    private static bool IsCancellation(Exception? error) =>
        error is not null && (error is OperationCanceledException || IsCancellation(error.InnerException));
}
