namespace BackupFunctions.MongoDump;

/// <summary>Collections in dumps that no server takes back.</summary>
internal static class SkippedCollections
{
    /// <summary>Why the collection is left out, or null.</summary>
    public static string? Reason(string collection) => collection switch
    {
        "system.profile" => "servers do not take profiler data back",
        "system.indexes" => "indexes are read from the metadata",
        _ => null,
    };
}
