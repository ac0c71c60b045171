using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Cli.Output;

/// <summary>Prints what was thrown.</summary>
internal static class ErrorOutput
{
    /// <summary>Message, hint, and for the log of a developer the stack; gives the exit code.</summary>
    public static int Print(Exception error, CliSession session)
    {
        var (kind, hint) = ExitCodes.Classify(error);
        session.LogFailure(error);
        return session.Terminal.Error(Human.Word(kind), Message(error), hint, ExitCodes.Of(kind));
    }

    private static string Message(Exception error) => error switch
    {
        // the name of the activity is for developers, who find it in the log
        ActivityFailedException e => ErrorText.Join(e.Reason, e.InnerException),
        BackupException or IOException or UnauthorizedAccessException => ErrorText.Of(error),
        AggregateException { InnerExceptions: [var only] } => Message(only),
        _ => $"unexpected {error.GetType().Name}: {ErrorText.Of(error)}",
    };
}
