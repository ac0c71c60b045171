using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>Prints what was thrown.</summary>
internal static class ErrorOutput
{
    /// <summary>Message, hint, and for the log of a developer the stack; gives the exit code.</summary>
    public static int Print(Exception error, CliSession session)
    {
        var (kind, hint) = ExitCodes.Classify(error);
        session.LogFailure(error);
        return session.Terminal.Error(Human.Word(kind), ErrorText.ForUser(error), hint, ExitCodes.Of(kind));
    }
}
