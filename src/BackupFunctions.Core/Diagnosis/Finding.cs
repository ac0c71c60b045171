namespace BackupFunctions.Diagnosis;

/// <summary>How a check ended.</summary>
public enum Severity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, and is less safe than it should be.</summary>
    Warning,

    /// <summary>A backup would fail.</summary>
    Failed,
}

/// <summary>One check: what was looked at, how it ended, and what to do.</summary>
public sealed record Finding(string Check, Severity Severity, string Message, string? Hint = null)
{
    private const long LittleSpace = 1L << 30;

    /// <summary>How much room there is at a place, in bytes.</summary>
    internal static Finding Space(string check, long free, string place)
    {
        var text = $"{free / (1024 * 1024):N0} MiB free at {place}";
        return free < LittleSpace ? new(check, Severity.Warning, text, "a backup needs room for what is new, compressed") : new(check, Severity.Ok, text);
    }
}
