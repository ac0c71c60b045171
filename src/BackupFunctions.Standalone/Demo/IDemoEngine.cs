namespace BackupFunctions.Standalone.Demo;

/// <summary>What the demo asks of the engine: one backup, one restore, with the settings it was opened with. Nothing is retried by the caller.</summary>
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
}

/// <summary>A backup that was made.</summary>
/// <param name="Root">CID of its root directory.</param>
/// <param name="BackupId">Its id in the manifest.</param>
/// <param name="Documents">Documents that it holds.</param>
/// <param name="Bytes">Their length as BSON.</param>
/// <param name="StoredBytes">What one node stores for it, encrypted.</param>
/// <param name="Nodes">The copies, one per node.</param>
public sealed record DemoBackup(string Root, string BackupId, long Documents, long Bytes, long StoredBytes, IReadOnlyList<DemoNodeCopy> Nodes);

/// <summary>The copy on one node: its name without secrets, how many blocks of the backup were read back and hashed there, and what is wrong (null: nothing).</summary>
public sealed record DemoNodeCopy(string Node, long VerifiedBlocks, string? Fault);

/// <summary>What was restored, and every difference to the backup that the engine found, one sentence each.</summary>
public sealed record DemoRestore(int Collections, int Views, int Indexes, long Documents, long Bytes, IReadOnlyList<string> Differences);
