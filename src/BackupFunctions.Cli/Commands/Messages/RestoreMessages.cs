namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks to load a mongodump directory or archive (absolute path); no patterns: everything.</summary>
public sealed record RestoreDumpRequest(string Path, string TargetUri, bool Drop, IReadOnlyList<string> NamespacePatterns);

/// <summary>Asks to restore a backup by id, root CID or <c>latest</c>; a dry run writes nothing.</summary>
public sealed record RestoreFullRequest(string Backup, string TargetUri, bool Drop, bool DryRun);

/// <summary>One namespace that was restored, or would be: documents written, those that the target refused, and those that differ from the source.</summary>
public sealed record RestoredNamespace(string Namespace, string Kind, long Documents, long Bytes, int Indexes, long Refused, long Mismatches);

/// <summary>What was restored, or would be.</summary>
public sealed record RestoreResult(string Source, bool DryRun, IReadOnlyList<RestoredNamespace> Namespaces);
