using BackupFunctions.Manifest;
using BackupFunctions.Staging;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Backup;

/// <summary>
/// Whether a full backup that stores everything anew fits into staging. How much it compresses to is known from the full backup before it; without one there is only a warning.
/// What a backup with a base stages cannot be told beforehand.
/// </summary>
internal static class StagingSpace
{
    /// <summary>Throws when it will not fit, before anything is read.</summary>
    public static async Task Check(IStaging staging, long bytes, BackupEntry? latest, List<string> warnings, CancellationToken cancellationToken)
    {
        if (await staging.FreeBytes(cancellationToken) is not { } free) return;
        if (latest is not { Bytes: > 0 })
        {
            if (free < bytes) warnings.Add($"staging (BACKUP_STAGING) has {Human.Size(free)} free, and the backup reads about {Human.Size(bytes)}: it fits only if it compresses well");
            return;
        }
        var expected = (long)((double)bytes * latest.StoredBytes / latest.Bytes);
        if (free < expected)
            throw new BackupException(ErrorKind.Failed,
                $"stage a full backup (BACKUP_STAGING): it is expected to need {Human.Size(expected)}, as much compressed as backup {latest.Id}, and {Human.Size(free)} are free",
                "free space there, or set BACKUP_STAGING to a directory on a larger volume");
    }
}
