using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Monitoring;

/// <summary>When backups succeeded last.</summary>
public static class LastSuccess
{
    /// <summary>When a backup of this type was completed last; an incremental one also when nothing was there to back up, or a full one covered it. Null for never.</summary>
    public static DateTimeOffset? Of(ManifestState manifest, BackupType type)
    {
        var completed = manifest.Backups.Where(b => b.Type == type || type == BackupType.Incremental).Select(b => (DateTimeOffset?)b.Completed);
        return (type == BackupType.Incremental ? completed.Concat(manifest.Coverage.Select(c => (DateTimeOffset?)c.At)) : completed).Max();
    }

    /// <summary>The time of the last oplog entry that is backed up, or known to need no backup; null without one.</summary>
    public static DateTimeOffset? Covered(ManifestState manifest) => manifest.Backups.Select(b => b.Oplog?.Through.Optime.Time).Concat(manifest.Coverage.Select(c => (DateTimeOffset?)c.Through.Optime.Time)).Max();
}
