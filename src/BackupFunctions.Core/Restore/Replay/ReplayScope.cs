using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>Which namespaces of the oplog are replayed, and where. The buckets of a time series go where it goes.</summary>
internal sealed class ReplayScope(NamespaceFilter filter, NamespaceRenames renames, IReadOnlySet<Namespace> foreign)
{
    private readonly NamespaceFilter _everything = NamespaceFilter.Everything();

    /// <summary>Whether any collection of this database may be replayed.</summary>
    public bool MayInclude(string database) => filter.MayInclude(database);

    /// <summary>Whether it is replayed on the target; users and roles never are.</summary>
    public bool Includes(Namespace ns) => filter.Includes(ns.Owner) && !IsAccounts(ns);

    /// <summary>Whether it would be replayed but for the patterns.</summary>
    public bool IsFilteredOut(Namespace ns) => filter.HasPatterns && !filter.Includes(ns.Owner) && filter.MayInclude(ns.Database) && _everything.Includes(ns.Owner);

    /// <summary>Where it goes; to what was on the target before nothing does.</summary>
    public Namespace Target(Namespace ns)
    {
        var target = renames.Map(ns.Owner);
        return !foreign.Contains(target) ? (ns.IsBuckets ? target.Buckets : target) : throw new BackupException(ErrorKind.Failed,
            $"replay the oplog on {target}: it exists already, and is none of the restored collections", "allow it to be dropped (`drop`, on the command line `--drop`), leave it out (`nsExclude`, `--ns-exclude`), or restore into another server");
    }

    /// <summary>Whether it holds users or roles.</summary>
    public static bool IsAccounts(Namespace ns) => ns is { Database: "admin", Collection: "system.users" or "system.roles" };

    /// <summary>Whether it holds what servers knew of indexes before 3.0, as documents.</summary>
    public static bool IsIndexes(Namespace ns) => ns.Collection == "system.indexes";
}
