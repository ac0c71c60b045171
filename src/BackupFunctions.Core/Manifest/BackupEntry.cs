using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// A backup as the manifest knows it. <see cref="Bytes"/> are the documents' BSON bytes, <see cref="StoredBytes"/> the sealed blocks that hold
/// them, <see cref="NewBytes"/> the part that was not already held by the nodes. A full backup is restorable as of <see cref="ConsistentAt"/>,
/// and at later points as far as oplog follows; null for an incremental backup, and where the source keeps no oplog.
/// </summary>
public sealed record BackupEntry(
    BackupId Id,
    BackupType Type,
    Cid Root,
    uint Epoch,
    DateTimeOffset Started,
    DateTimeOffset Completed,
    Optime? StartOptime,
    Optime? ConsistentAt,
    OplogRange? Oplog,
    long Documents,
    long Bytes,
    long StoredBytes,
    long NewBytes,
    IReadOnlyList<string> Namespaces,
    IReadOnlyList<NodeCopy> Copies,
    int WantedCopies)
{
    /// <summary>Whether retention leaves it, and what it needs, alone.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Whether fewer nodes hold it, verified, than are configured.</summary>
    public bool IsDegraded => Copies.Count < WantedCopies;

    /// <summary>The newest copy at each address: a node that another one replaced there leaves its own on the record.</summary>
    public IReadOnlyList<NodeCopy> CopiesByAddress() => [.. Copies.GroupBy(c => c.Node).Select(g => g.MaxBy(c => c.VerifiedAt)!)];

    /// <summary>The entry of a backup by its index, without copies.</summary>
    internal static BackupEntry Of(BackupIndex index, Cid root, uint epoch, long newBytes, int wantedCopies)
    {
        var all = index.Collections.SelectMany(c => c.Files).Concat(index.Oplog?.Files ?? []);
        IEnumerable<IndexedFile> content = index.Type == BackupType.Full ? index.Collections.SelectMany(c => c.Files) : index.Oplog?.Files ?? [];
        return new(index.Backup, index.Type, root, epoch, index.Started, index.Started, index.StartOptime, index.Type == BackupType.Full ? index.Snapshot ?? index.Oplog?.Through.Optime : null,
            index.Oplog is { } oplog ? new(oplog.After, oplog.Through, oplog.Entries) : null, content.Sum(f => f.Documents), content.Sum(f => f.Bytes), all.Sum(f => f.StoredBytes),
            newBytes, [.. index.Collections.Select(c => c.Namespace.ToString())], [], wantedCopies);
    }
}

/// <summary>The stretch of the oplog that a backup holds: every entry behind <see cref="After"/> up to and with <see cref="Through"/>.</summary>
public sealed record OplogRange(OplogMark After, OplogMark Through, long Entries);

/// <summary>A verified copy: the node's id and name, when it was verified, and how many of the blocks were read back and hashed.</summary>
public sealed record NodeCopy(string NodeId, string Node, DateTimeOffset VerifiedAt, long BlocksHashed, long Blocks);

/// <summary>A removed backup whose pins may still be there, when it was removed, and why.</summary>
public sealed record Tombstone(BackupEntry Backup, DateTimeOffset At, string Reason);
