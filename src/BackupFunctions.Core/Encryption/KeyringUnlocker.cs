namespace BackupFunctions.Encryption;

/// <summary>
/// Unlocks keyrings with one secret and keeps them, since a passphrase takes a second each time and a chain of backups carries the same keyring
/// over and over. Disposing it clears the keys. Thread-safe.
/// </summary>
public sealed class KeyringUnlocker(IKeySource source) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<Hash256, UnlockedKeyring> _unlocked = [];

    /// <summary>The unlocked keyring, which stays this one's; fails with <see cref="ErrorKind.WrongKey"/> when the secret opens none of its slots.</summary>
    public async Task<UnlockedKeyring> Unlock(Keyring keyring, CancellationToken cancellationToken)
    {
        var identity = Hash256.Sha256(keyring.ToJson());
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_unlocked.TryGetValue(identity, out var known)) return known;
            using var secret = await source.Read(cancellationToken);
            return _unlocked[identity] = keyring.Unlock(secret);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var keyring in _unlocked.Values) keyring.Dispose();
        _gate.Dispose();
    }
}
