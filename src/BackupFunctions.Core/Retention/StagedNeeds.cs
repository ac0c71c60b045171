using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Retention;

/// <summary>What waits in staging or is being written, and is not recorded yet: whole backups, and the roots that runs use blocks of.</summary>
internal sealed record StagedNeeds(IReadOnlyList<BackupEntry> Backups, IReadOnlySet<Cid> Bases)
{
    /// <summary>Nothing.</summary>
    public static StagedNeeds None { get; } = new([], new HashSet<Cid>());
}
