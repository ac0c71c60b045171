using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Backup;

/// <summary>
/// A whole backup as it waits in staging (this record is sealed): from here on it is only delivered. Its entry has no copies yet;
/// <paramref name="Before"/> is recorded together with it.
/// </summary>
public sealed record StagedBackup(BackupEntry Entry, IReadOnlyList<ManifestChange> Before, IReadOnlyList<StagedCar> Segments)
{
    /// <summary>Its name among what is staged for the backup.</summary>
    public const string RecordName = "backup.record";
}

/// <summary>A staged CAR segment, and the root of the guard over its blocks, which is part of it.</summary>
public sealed record StagedCar(string Name, Cid Guard);
