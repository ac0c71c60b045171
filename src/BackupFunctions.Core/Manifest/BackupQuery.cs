using BackupFunctions.Backup;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>Which backups are asked for: of a type, started at or behind <paramref name="Since"/> and before <paramref name="Until"/>, with a namespace that the pattern matches; null: any.</summary>
public sealed record BackupQuery(BackupType? Type = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null, NamespacePattern? Namespace = null)
{
    /// <summary>Whether this is one of them. An incremental backup holds the oplog of all namespaces, and so matches every pattern.</summary>
    public bool Matches(BackupEntry backup) =>
        (Type is null || backup.Type == Type) && (Since is null || backup.Started >= Since) && (Until is null || backup.Started < Until)
        && (Namespace is null || backup.Type == BackupType.Incremental || backup.Namespaces.Any(n => Namespace.Matches(Mongo.Namespace.Parse(n))));
}
