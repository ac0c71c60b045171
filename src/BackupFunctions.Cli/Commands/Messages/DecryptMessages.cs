namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks to open a CAR file, or a directory from <c>ipfs get</c>, into a directory; absolute paths.</summary>
public sealed record DecryptRequest(string Path, string Output);

/// <summary>The mongodump directory that was written.</summary>
public sealed record DecryptResult(string Output, long Collections, long Documents, long Bytes);
