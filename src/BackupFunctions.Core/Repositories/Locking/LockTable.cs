using BackupFunctions.Backup;

namespace BackupFunctions.Repositories.Locking;

/// <summary>With whom a holder shares the repository.</summary>
public enum LockMode
{
    /// <summary>With other shared holders: what writes backups.</summary>
    Shared,

    /// <summary>With nobody: what unpins.</summary>
    Exclusive,
}

/// <summary>
/// Everybody who uses the repository right now, as the catalogue keeps it. <paramref name="Version"/> counts its changes; <paramref name="Fence"/> is
/// the newest fencing token that was given out.
/// </summary>
public sealed record LockTable(long Version, long Fence, IReadOnlyList<LockHolder> Holders)
{
    /// <summary>Nobody, and nobody ever.</summary>
    public static LockTable Empty { get; } = new(0, 0, []);
}

/// <summary>
/// One holder: its id, what it does (for people), until when it counts unless it renews, its fencing token, the staged backups that are its own, and the process that runs it, where
/// that is known.
/// </summary>
public sealed record LockHolder(string Id, LockMode Mode, string Purpose, DateTimeOffset Until, long Fence, IReadOnlyList<BackupId> Backups, string? Owner = null)
{
    /// <summary>Who it is, for people.</summary>
    public override string ToString() => Owner is null ? Id : $"{Owner}, {Id}";
}
