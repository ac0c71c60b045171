namespace BackupFunctions.Encryption;

/// <summary>A key that a setting holds itself (BACKUP_ENCRYPTION_KEY).</summary>
public sealed class ValueKeySource(string setting, string text) : IKeySource
{
    /// <inheritdoc/>
    public string Name => setting;

    /// <inheritdoc/>
    public Task<KeyEncryptionSecret> Read(CancellationToken cancellationToken) => Task.FromResult<KeyEncryptionSecret>(RawKeySecret.Parse(setting, text));
}
