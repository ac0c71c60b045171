using System.Collections.Frozen;

namespace BackupFunctions.Embedded.Server;

/// <summary>Fields that any command may carry for sessions, routing and limits, and that belong to no command of its own.</summary>
internal static class GenericFields
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "$db", "$readPreference", "$clusterTime", "$audit", "$client", "$configServerState", "lsid", "txnNumber", "readConcern", "writeConcern",
        "maxTimeMS", "comment", "apiVersion", "apiStrict", "apiDeprecationErrors");

    /// <summary>Whether the field is one of these.</summary>
    public static bool Contains(string name) => Names.Contains(name);
}
