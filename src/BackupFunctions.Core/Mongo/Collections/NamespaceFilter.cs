namespace BackupFunctions.Mongo;

/// <summary>
/// Which collections are backed up: those that an include pattern names (all, when there is none) and no exclude pattern does, without what
/// belongs to the server or to us. What is excluded here is never included by a pattern.
/// </summary>
public sealed class NamespaceFilter(
    IReadOnlyList<NamespacePattern> include, IReadOnlyList<NamespacePattern> exclude, string? catalogueDatabase = null)
{
    /// <summary>Where a restore notes how far it is; it goes when the restore ends.</summary>
    public const string RestoreDatabase = "backupfunctions_restore";

    /// <summary>All that may be backed up.</summary>
    public static NamespaceFilter Everything(string? catalogueDatabase = null) => new([], [], catalogueDatabase);

    /// <summary>Whether patterns choose; without them everything is included.</summary>
    public bool HasPatterns => include.Count > 0 || exclude.Count > 0;

    /// <summary>Whether any collection of this database may be backed up.</summary>
    public bool MayInclude(string database) =>
        database is not ("local" or "config" or RestoreDatabase) && database != catalogueDatabase && !database.StartsWith("__mdb_internal", StringComparison.Ordinal);

    /// <summary>Whether this collection or view is backed up.</summary>
    public bool Includes(Namespace ns) =>
        MayInclude(ns.Database)
        && !IsServers(ns)
        && (include.Count == 0 || include.Any(p => p.Matches(ns)))
        && !exclude.Any(p => p.Matches(ns));

    // admin.system.version is checked by version instead of restored; system.views comes back with its views, system.buckets.* with their time series
    private static bool IsServers(Namespace ns) =>
        ns.Collection.StartsWith("system.", StringComparison.Ordinal)
        && ns.Collection != "system.js"
        && !(ns.Database == "admin" && ns.Collection is "system.users" or "system.roles");
}
