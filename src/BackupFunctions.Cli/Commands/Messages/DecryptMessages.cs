namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks to open a backup and the slices after it (CAR files, or directories from <c>ipfs get</c>) into one directory; absolute paths.</summary>
public sealed record DecryptRequest(IReadOnlyList<string> Paths, string Output);

/// <summary>The mongodump directory that was written.</summary>
public sealed record DecryptResult(string Output, long Collections, long Documents, long OplogEntries, long Bytes);
