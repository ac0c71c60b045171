namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>What becomes of a backup, and all that keeps it, or the reason why it goes. <paramref name="StoredBytes"/> is what had to be stored anew for it.</summary>
public sealed record RetentionItem(string Id, BackupType Type, DateTimeOffset StartedAt, long StoredBytes, bool Keep, IReadOnlyList<string> Reasons);

/// <summary>What retention would do, oldest first; from <paramref name="PointsSince"/> on every point stays restorable (null: no rule counts days).</summary>
public sealed record RetentionPlanResult(IReadOnlyList<RetentionItem> Items, DateTimeOffset? PointsSince);

/// <summary>
/// What retention did: <paramref name="Items"/> are the first of the <paramref name="Removed"/> ones; <paramref name="Waiting"/> wait for the end of their grace period, <paramref name="Pending"/> for a later run.
/// </summary>
public sealed record RetentionResult(
    int Kept, int Removed, long RemovedBytes, IReadOnlyList<RetentionItem> Items, int Unpinned, int Waiting, int Pending, int GuardsReleased, int LocalUnpinned, long CollectedBytes,
    IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings);

/// <summary>Asks to remove one backup and what depends on it.</summary>
public sealed record RemoveRequest(string Backup, bool Force);

/// <summary>The removed backups, the named one first.</summary>
public sealed record RemoveResult(IReadOnlyList<RetentionItem> Removed, IReadOnlyList<string> Warnings);

/// <summary>Asks to protect a backup, or to end that.</summary>
public sealed record ProtectRequest(string Backup, bool Protect);

/// <summary>A backup, and whether retention leaves it alone now.</summary>
public sealed record ProtectResult(string Id, bool Protected, IReadOnlyList<string> Warnings);
