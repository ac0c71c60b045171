namespace BackupFunctions.Telemetry.Tracing;

/// <summary>How something ended, in the word that metrics and spans have for it.</summary>
public static class Outcome
{
    /// <summary>As it should.</summary>
    public const string Completed = "completed";

    /// <summary>By an error.</summary>
    public const string Failed = "failed";

    /// <summary>Because somebody stopped it.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The outcome of what threw this.</summary>
    public static string Of(Exception error) => error is OperationCanceledException ? Cancelled : Failed;
}
