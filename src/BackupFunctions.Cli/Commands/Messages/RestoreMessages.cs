namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks to load a mongodump directory or archive (absolute path); no patterns: everything.</summary>
public sealed record RestoreDumpRequest(string Path, string TargetUri, bool Drop, IReadOnlyList<string> NamespacePatterns);

/// <summary>Asks to restore a backup by id, root CID or <c>latest</c>; a dry run writes nothing. Force allows an older server than the backup's.</summary>
public sealed record RestoreFullRequest(string Backup, string TargetUri, bool Drop, bool DryRun, bool Force);

/// <summary>One namespace that was restored, or would be: documents and bytes written, and how it differs from the source, in sentences.</summary>
public sealed record RestoredNamespace(string Namespace, string Kind, long Documents, long Bytes, int Indexes, IReadOnlyList<string> Differences);

/// <summary>What was restored, or would be; warnings say what was left out.</summary>
public sealed record RestoreResult(string Source, bool DryRun, IReadOnlyList<RestoredNamespace> Namespaces, IReadOnlyList<string> Warnings);
