using BackupFunctions.Workflows;

namespace BackupFunctions.Telemetry;

/// <summary>An error in one line for people.</summary>
public static class ErrorText
{
    private const int LongestCause = 300;

    /// <summary>The message of an error followed by those of its causes, except what is said already and what is no sentence.</summary>
    public static string Of(Exception error) => Join(error is AggregateException { InnerExceptions: [var only] } ? only.Message : error.Message, error.InnerException);

    /// <summary>As <see cref="Of"/>; an error of no expected type is named as such.</summary>
    public static string ForUser(Exception error) => error switch
    {
        // the name of the activity is for developers, who find it in the log
        ActivityFailedException e => Join(e.Reason, e.InnerException),
        BackupException or IOException or UnauthorizedAccessException => Of(error),
        AggregateException { InnerExceptions: [var only] } => ForUser(only),
        _ => $"unexpected {error.GetType().Name}: {Of(error)}",
    };

    /// <summary>A message followed by those of an error and its causes, except what is said already.</summary>
    public static string Join(string message, Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            if (error is not AggregateException && IsSentence(error.Message) && !message.Contains(error.Message, StringComparison.OrdinalIgnoreCase)) message = Append(message, error.Message);
        return message;
    }

    // a cause that says the end of the message again, and more, takes its place
    private static string Append(string message, string cause)
    {
        var end = message.LastIndexOf(": ", StringComparison.Ordinal) + 2;
        return end > 1 && end < message.Length && cause.StartsWith(message[end..], StringComparison.OrdinalIgnoreCase) ? message[..end] + cause : $"{message}: {cause}";
    }

    // a driver's whole view of its cluster, stacks among it, is for the log
    private static bool IsSentence(string cause) => cause.Length <= LongestCause && !cause.Contains('\n', StringComparison.Ordinal);
}
