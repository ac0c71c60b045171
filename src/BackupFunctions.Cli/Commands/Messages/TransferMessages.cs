namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for a backup by id, root CID or <c>latest</c>, with what it needs, or with all that follows it (<paramref name="Chain"/>), as one CAR file at an absolute path.</summary>
public sealed record ExportRequest(string Backup, bool Chain, string Path);

/// <summary>The file that was written: its root, and the ids of the backups in it, the full one first.</summary>
public sealed record ExportResult(string Path, string Root, IReadOnlyList<string> Backups, long Blocks, long Bytes);

/// <summary>Asks to bring CAR files at absolute paths to the nodes, in this order; with <paramref name="BlocksOnly"/> nothing is recorded.</summary>
public sealed record ImportRequest(IReadOnlyList<string> Paths, bool BlocksOnly);

/// <summary>A file that was imported: its backups, or with <c>--blocks-only</c> its root and the nodes that hold everything below it.</summary>
public sealed record ImportedFile(string Path, IReadOnlyList<BackupResult> Backups, string? Root, IReadOnlyList<NodeCopy> Nodes);

/// <summary>What was imported.</summary>
public sealed record ImportResult(IReadOnlyList<ImportedFile> Files);
