using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>A key in a file (BACKUP_ENCRYPTION_KEY_FILE), in the form that the setting itself would have.</summary>
public sealed class FileKeySource(string setting, string path, IFiles files) : IKeySource
{
    /// <inheritdoc/>
    public string Name => setting;

    /// <inheritdoc/>
    public async Task<KeyEncryptionSecret> Read(CancellationToken cancellationToken) =>
        RawKeySecret.Parse(setting, await SecretFile.Read(setting, path, files, cancellationToken));
}
