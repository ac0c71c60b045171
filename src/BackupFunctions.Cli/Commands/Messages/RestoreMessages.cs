namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks to load a mongodump directory or archive (absolute path); no patterns: everything.</summary>
public sealed record RestoreDumpRequest(string Path, string TargetUri, bool Drop, IReadOnlyList<string> NamespacePatterns);

/// <summary>
/// Asks to restore a backup by id, root CID or <c>latest</c>; a dry run writes nothing. <paramref name="At"/> (UTC, or seconds:increment) and the
/// root CIDs of incremental backups say how far the oplog is replayed. Force allows an older server than the backup's.
/// </summary>
public sealed record RestoreFullRequest(
    string Backup, string? At, IReadOnlyList<string> Incrementals, string TargetUri, NamespaceSelection Namespaces, bool UsersAndRoles, bool Drop, bool DryRun, bool Force);

/// <summary>Patterns of the namespaces to restore, none for all, and pairs of patterns under which they get other names.</summary>
public sealed record NamespaceSelection(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, IReadOnlyList<string> From, IReadOnlyList<string> To);

/// <summary>One namespace that was restored, or would be: documents and bytes loaded, and how it differs from the source, in sentences.</summary>
public sealed record RestoredNamespace(string Namespace, string Kind, long Documents, long Bytes, int Indexes, IReadOnlyList<string> Differences);

/// <summary>
/// The oplog behind the full backup: how many incremental backups are read, their bytes of oplog with the full one's, and the last optime that counts
/// (<c>seconds:increment</c>) with its time.
/// </summary>
public sealed record OplogPlan(int Slices, long Bytes, string Through, DateTimeOffset ThroughTime);

/// <summary>What a replay did: entries read, operations applied, whole transactions among them, and transactions left out since they were not committed.</summary>
public sealed record ReplaySummary(long Entries, long Applied, long Transactions, long Uncommitted);

/// <summary>
/// What was restored, or would be; warnings say what was left out. Without <paramref name="Oplog"/> no oplog is replayed; <paramref name="Compared"/> says
/// whether the target was read back and compared, which only a state that the backup has hashes of can be.
/// </summary>
public sealed record RestoreResult(
    string Source, bool DryRun, IReadOnlyList<RestoredNamespace> Namespaces, OplogPlan? Oplog, ReplaySummary? Replay, bool Compared, IReadOnlyList<string> Warnings);
