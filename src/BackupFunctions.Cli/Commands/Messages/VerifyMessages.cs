namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks to check a backup by id, root CID or <c>latest</c>, hashing this share of its blocks (above 0, up to 100).</summary>
public sealed record VerifyRequest(string Backup, double SamplePercent);

/// <summary>One node's copy: blocks of the backup, those hashed, missing, and with wrong bytes; and why it could not be checked (null: it was).</summary>
public sealed record NodeVerification(string Node, bool Pinned, long Blocks, long Checked, long Missing, long Damaged, string? Fault);

/// <summary>What was found.</summary>
public sealed record VerifyResult(string Id, string Root, double SamplePercent, IReadOnlyList<NodeVerification> Nodes);
