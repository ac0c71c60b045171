namespace BackupFunctions.MongoDump;

/// <summary>How to write a dump directory.</summary>
public sealed record DumpWriteOptions
{
    /// <summary>Whether each file is packed with gzip and ends with .gz, as by <c>mongodump --gzip</c>. The default value is false.</summary>
    public bool Gzip { get; init; }

    /// <summary>Whether a directory that is not empty is replaced. The default value is false: it is refused.</summary>
    public bool Overwrite { get; init; }
}
