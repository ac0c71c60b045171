namespace BackupFunctions.MongoDump;

/// <summary>What of a dump is not read.</summary>
internal static class SkippedCollections
{
    /// <summary>Why the collection is left out, or null: no server takes it back.</summary>
    public static string? Reason(string collection) => collection switch
    {
        "system.profile" => "servers do not take profiler data back",
        "system.indexes" => "indexes are read from the metadata",
        _ => null,
    };

    /// <summary>The warning that an oplog is left out.</summary>
    public static string Oplog(string what) => $"skip {what}: an oplog is not replayed, so what changed while the dump was made may be inconsistent";
}
