using BackupFunctions.Mongo;

namespace BackupFunctions.Standalone.Demo;

/// <summary>What the demo asks of the engine: backups and restores, with the settings it was opened with. Nothing is retried by the caller.</summary>
public interface IDemoEngine : IAsyncDisposable
{
    /// <summary>
    /// Makes a full backup of the demo's databases, verified on both nodes. <paramref name="progress"/> is told the stage, what of it is done and
    /// its total (0 when that is not known); it may be called from any thread.
    /// </summary>
    /// <exception cref="BackupException">It failed; the databases are as they were.</exception>
    Task<DemoBackup> Backup(Action<string, long, long> progress, CancellationToken cancellationToken);

    /// <summary>Restores the backup with this root CID to where it came from, and compares what is there then with what was backed up.</summary>
    /// <exception cref="BackupException">It failed; the databases may be there in part.</exception>
    Task<DemoRestore> Restore(string root, Action<string, long, long> progress, CancellationToken cancellationToken);

    /// <summary>Backs up what was written since the last backup, verified on both nodes.</summary>
    /// <exception cref="BackupException">It failed, or the oplog does not continue the last backup.</exception>
    Task<DemoIncrement> BackupIncrement(Action<string, long, long> progress, CancellationToken cancellationToken);

    /// <summary>
    /// Restores the namespaces that match, as of this moment, to where they came from: with the full backup and the incremental ones that lead
    /// there. The collections must not exist.
    /// </summary>
    /// <exception cref="BackupException">It failed, or no backups lead there; the databases may be there in part.</exception>
    Task<DemoPointRestore> RestoreTo(Optime moment, IReadOnlyList<string> include, Action<string, long, long> progress, CancellationToken cancellationToken);
}

/// <summary>A backup that was made.</summary>
/// <param name="Root">CID of its root directory.</param>
/// <param name="BackupId">Its id in the manifest.</param>
/// <param name="Documents">Documents that it holds.</param>
/// <param name="Bytes">Their length as BSON.</param>
/// <param name="StoredBytes">What one node stores for it, encrypted.</param>
/// <param name="Nodes">The copies, one per node.</param>
/// <param name="ConsistentAt">The first moment that it can be restored to; null when the server keeps no oplog.</param>
public sealed record DemoBackup(string Root, string BackupId, long Documents, long Bytes, long StoredBytes, IReadOnlyList<DemoNodeCopy> Nodes, Optime? ConsistentAt);

/// <summary>An incremental backup that was made.</summary>
/// <param name="Root">CID of its root directory; of the last one when the oplog took several.</param>
/// <param name="Entries">Entries of the oplog that it holds.</param>
/// <param name="StoredBytes">What one node stores for it, encrypted.</param>
/// <param name="Nodes">The copies, one per node.</param>
/// <param name="RestorableFrom">With it, every moment from this one on can be restored,</param>
/// <param name="RestorableTo">up to and with this one.</param>
public sealed record DemoIncrement(string Root, long Entries, long StoredBytes, IReadOnlyList<DemoNodeCopy> Nodes, Optime RestorableFrom, Optime RestorableTo);

/// <summary>The copy on one node: its name without secrets, how many blocks of the backup were read back and hashed there, and what is wrong (null: nothing).</summary>
public sealed record DemoNodeCopy(string Node, long VerifiedBlocks, string? Fault)
{
    /// <summary>Refuses what fewer than two nodes hold, verified.</summary>
    /// <exception cref="BackupException">It is <see cref="ErrorKind.Partial"/>; the message has every fault.</exception>
    internal static void RequireTwo(IReadOnlyList<DemoNodeCopy> copies, string what)
    {
        var verified = copies.Count(n => n.Fault is null);
        if (verified >= 2) return;
        var faults = copies.Where(n => n.Fault is not null).Select(n => $"{n.Node}: {n.Fault}");
        throw new BackupException(ErrorKind.Partial, $"verify {what} on two nodes: {string.Join("; ", [$"{verified} hold it", .. faults])}", "look after the node and run the demo again");
    }
}

/// <summary>What was restored, and every difference to the backup that the engine found, one sentence each.</summary>
public sealed record DemoRestore(int Collections, int Views, int Indexes, long Documents, long Bytes, IReadOnlyList<string> Differences);

/// <summary>What was restored as of a moment: the full backup, how many incremental ones, documents loaded, operations and transactions replayed, indexes built.</summary>
public sealed record DemoPointRestore(string Root, int Incrementals, long Documents, long Operations, long Transactions, int Indexes);
