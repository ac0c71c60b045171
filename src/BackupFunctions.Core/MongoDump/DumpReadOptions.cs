namespace BackupFunctions.MongoDump;

/// <summary>How to read a dump.</summary>
public sealed record DumpReadOptions
{
    /// <summary>The database name for a directory of one database or a single file; the default value is the name of that directory.</summary>
    public string? Database { get; init; }

    /// <summary>
    /// Whether array elements must be named 0, 1, 2 and so on. Servers keep others, which a few old drivers wrote. The default value is true.
    /// </summary>
    public bool CheckArrayNames { get; init; } = true;
}
