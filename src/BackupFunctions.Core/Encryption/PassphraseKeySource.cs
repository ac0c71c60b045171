using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>
/// A passphrase, from a setting (BACKUP_ENCRYPTION_PASSPHRASE) or from a file (BACKUP_ENCRYPTION_PASSPHRASE_FILE), where line breaks at the
/// end do not belong to it.
/// </summary>
public sealed class PassphraseKeySource : IKeySource
{
    private readonly Func<CancellationToken, ValueTask<string>> _read;

    private PassphraseKeySource(string setting, Func<CancellationToken, ValueTask<string>> read) => (Name, _read) = (setting, read);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>A passphrase that the setting holds itself.</summary>
    public static PassphraseKeySource FromValue(string setting, string text) => new(setting, _ => new(text));

    /// <summary>A passphrase in a file.</summary>
    public static PassphraseKeySource FromFile(string setting, string path, IFiles files) =>
        new(setting, async cancellationToken => (await SecretFile.Read(setting, path, files, cancellationToken)).TrimEnd('\r', '\n'));

    /// <inheritdoc/>
    public async Task<KeyEncryptionSecret> Read(CancellationToken cancellationToken) => PassphraseSecret.Parse(Name, await _read(cancellationToken));
}
