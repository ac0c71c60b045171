namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>What a backup holds.</summary>
public enum BackupType
{
    /// <summary>Everything.</summary>
    Full,

    /// <summary>What changed since the one before.</summary>
    Incremental,
}

/// <summary>How safe a backup is.</summary>
public enum BackupState
{
    /// <summary>Both nodes hold it, verified.</summary>
    Complete,

    /// <summary>One node holds it, verified.</summary>
    Degraded,
}

/// <summary>Asks for a full backup.</summary>
public sealed record BackupRequest;

/// <summary>
/// A backup in one line. <paramref name="Bytes"/> is BSON as it was read, <paramref name="StoredBytes"/> what had to be stored anew per node. Optimes are
/// <c>seconds:increment</c>: the point that a full backup is restored to, and the stretch of the oplog that it holds; null where there is none.
/// </summary>
public sealed record BackupSummary(
    string Id,
    BackupType Type,
    BackupState State,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt,
    long Collections,
    long Documents,
    long Bytes,
    long StoredBytes,
    string Root,
    string? ConsistentAt,
    string? OplogAfter,
    string? OplogThrough);

/// <summary>A copy on one node: blocks that were hashed there, and what is wrong (null: nothing).</summary>
public sealed record NodeCopy(string Node, bool Pinned, long VerifiedBlocks, string? Fault);

/// <summary>A backup that was made; warnings say what is less safe than it should be.</summary>
public sealed record BackupResult(BackupSummary Backup, IReadOnlyList<NodeCopy> Nodes, IReadOnlyList<string> Warnings);
