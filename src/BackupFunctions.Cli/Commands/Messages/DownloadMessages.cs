namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for everything below a CID as one CAR file at an absolute path.</summary>
public sealed record DownloadRequest(string Cid, string Path);

/// <summary>The file that was written.</summary>
public sealed record DownloadResult(string Cid, string Path, long Blocks, long Bytes);
