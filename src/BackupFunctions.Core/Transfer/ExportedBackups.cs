using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Transfer;

/// <summary>What an exported CAR says of itself: the keyring that opened it, the backups in it, and what else their chain needs.</summary>
internal sealed record ExportedBackups(Keyring Keyring, IReadOnlyList<BackupEntry> Backups, IReadOnlyList<CoverageAdvanced> Coverage)
{
    /// <summary>
    /// Reads it with the CAR's own keyring or another one of its repository; <see cref="ErrorKind.WrongKey"/> when the key opens none, <see cref="ErrorKind.NotFound"/> when
    /// the CAR is no export.
    /// </summary>
    public static async Task<ExportedBackups> Read(CarFile car, KeyringUnlocker unlocker, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(new BlockReader([car]));
        var manifest = await Manifest(car, files, cancellationToken);
        var own = await RevisionReader.ReadKeyring(files, manifest, cancellationToken);
        var keys = await unlocker.Unlock(own, own.CurrentEpoch, cancellationToken);
        using var opener = new BlockOpener(keys.Find);
        var excerpt = await RevisionReader.Read(files, opener, manifest, cancellationToken);
        if (excerpt.Repository != own.Repository)
            throw BackupException.Corrupt($"read {car.Name}: its list is of repository {excerpt.Repository}, its keyring of {own.Repository}");
        var backups = excerpt.Changes.OfType<BackupRecorded>().Select(r => r.Backup).ToList();
        foreach (var backup in backups)
            if (await car.Get(backup.Root, cancellationToken) is null) throw BackupException.Corrupt($"read {car.Name}: it lists backup {backup.Id} and does not hold it");
        return new(keys.Keyring, backups, [.. excerpt.Changes.OfType<CoverageAdvanced>()]);
    }

    private static async Task<Cid> Manifest(CarFile car, UnixFsReader files, CancellationToken cancellationToken)
    {
        try
        {
            return await files.Resolve(car.Root, ExportLayout.Manifest, cancellationToken);
        }
        catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
        {
            throw BackupException.NotFound($"read {car.Name}: it is no export: {e.Message}", "write one with `backupfn export --car`, or store its blocks alone with --blocks-only");
        }
    }
}
