namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>A copy that a recorded backup lacked and has now, with the blocks that were read back and hashed.</summary>
public sealed record CompletedCopy(string Backup, string Node, long VerifiedBlocks);

/// <summary>What was stored from staging and copied; what kept the rest from it; whether more is left than one run looks at.</summary>
public sealed record ResumeResult(
    IReadOnlyList<BackupResult> Backups, IReadOnlyList<CompletedCopy> Copies, IReadOnlyList<string> Problems, bool More, IReadOnlyList<string> Warnings);
