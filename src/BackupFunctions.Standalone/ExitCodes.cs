using System.Text.Json;

namespace BackupFunctions.Standalone;

/// <summary>Exit codes of the process, the same as the command line tool's.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Stopped by a signal.</summary>
    public const int Cancelled = 130;

    /// <summary>The exit code of an error.</summary>
    public static int Of(Exception error) => Of((error as BackupException)?.Kind ?? ErrorKind.Failed);

    /// <summary>The kind of an error as JSON has it.</summary>
    public static string KindOf(Exception error) => JsonNamingPolicy.SnakeCaseLower.ConvertName(((error as BackupException)?.Kind ?? ErrorKind.Failed).ToString());

    /// <summary>The exit code of a kind of failure.</summary>
    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.Failed => 1,
        ErrorKind.Configuration => 2,
        ErrorKind.Partial => 3,
        ErrorKind.NotFound => 10,
        ErrorKind.Locked => 11,
        ErrorKind.WrongKey => 12,
        ErrorKind.Corrupt => 13,
        ErrorKind.OplogGap => 14,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind without an exit code"),
    };
}
