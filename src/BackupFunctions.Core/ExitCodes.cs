using BackupFunctions.Workflows;

namespace BackupFunctions;

/// <summary>The exit codes of docs/cli.md, and the one place where errors become exit codes.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Stopped by a signal.</summary>
    public const int Cancelled = 130;

    /// <summary>The exit code of a kind of failure.</summary>
    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.Failed or ErrorKind.Conflict => 1,
        ErrorKind.Configuration => 2,
        ErrorKind.Partial => 3,
        ErrorKind.NotFound => 10,
        ErrorKind.Locked => 11,
        ErrorKind.WrongKey => 12,
        ErrorKind.Corrupt => 13,
        ErrorKind.OplogGap => 14,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind without an exit code"),
    };

    /// <summary>The kind of an error and its hint: ours say them, any other is <see cref="ErrorKind.Failed"/> without one.</summary>
    public static (ErrorKind Kind, string? Hint) Classify(Exception error) => error switch
    {
        BackupException e => (e.Kind, e.Hint),
        ActivityFailedException e => (e.Kind, e.Hint),
        AggregateException { InnerExceptions: [var only] } => Classify(only),
        _ => (ErrorKind.Failed, null),
    };
}
