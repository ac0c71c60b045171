namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>How a dump lies on disk.</summary>
public enum DumpShape
{
    /// <summary>A directory of databases.</summary>
    Directory,

    /// <summary>The directory of one database.</summary>
    Database,

    /// <summary>An archive.</summary>
    Archive,

    /// <summary>The documents of one collection.</summary>
    File,
}

/// <summary>A dump that is to come through whole.</summary>
public sealed record DumpCase(string Path, DumpShape Shape)
{
    /// <summary>A piece of each warning that its restore gives; the default is none.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Indexes that no server holds beside the others, each told by a warning.</summary>
    public IReadOnlyList<string> LeftOutIndexes { get; init; } = [];

    /// <summary>Options of indexes that no server knows, told by a warning.</summary>
    public IReadOnlyList<string> UnknownIndexOptions { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Path;
}
