namespace BackupFunctions.Encryption;

/// <summary>
/// Finds the keyring that opens a backup, and unlocks it. Every backup carries the keyring of its time; after a rotation the key of today opens those of an earlier time
/// with a newer keyring alone. Tried are the keyrings that are given, the backup's own copy, and then the newest one, if it can be asked for. What was unlocked is
/// kept, since a passphrase takes a second each time and a chain of backups carries the same keyring over and over. Disposing it clears the keys. Thread-safe.
/// </summary>
/// <param name="sources">The key, and the one that comes or came with a rotation; either may open it.</param>
/// <param name="given">Keyrings that somebody gave, such as exported ones.</param>
/// <param name="newest">Asks for the newest keyring; null when there is no catalogue, or it does not answer.</param>
public sealed class KeyringUnlocker(IReadOnlyList<IKeySource> sources, IReadOnlyList<Keyring> given, Func<CancellationToken, Task<Keyring?>>? newest) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<Hash256, (UnlockedKeyring? Keys, BackupException? Problem)> _tried = [];

    /// <summary>Unlocks backups with their own copies.</summary>
    public KeyringUnlocker(IKeySource source)
        : this([source], [], null)
    {
    }

    /// <summary>
    /// Keys that open this epoch, which stay this one's; <paramref name="own"/> is the backup's copy of the keyring. Fails with <see cref="ErrorKind.WrongKey"/> when no keyring
    /// of the repository is opened by the key.
    /// </summary>
    public async Task<UnlockedKeyring> Unlock(Keyring own, uint epoch, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            BackupException? problem = null;
            foreach (var keyring in given.Where(k => k.Repository == own.Repository).Append(own))
            {
                if (await Try(keyring) is { } keys) return keys;
            }
            // asked last: a restore needs no catalogue
            if (newest is not null && await newest(cancellationToken) is { } known && known.Repository == own.Repository && await Try(known) is { } newer) return newer;
            throw Refused(own, problem);

            async Task<UnlockedKeyring?> Try(Keyring keyring)
            {
                if (!keyring.Epochs.Contains(epoch)) return null;
                var (keys, refusal) = await Unlocked(keyring, cancellationToken);
                problem ??= refusal;
                return keys?.Find(epoch) is null ? null : keys;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (keys, _) in _tried.Values) keys?.Dispose();
        _gate.Dispose();
    }

    private async Task<(UnlockedKeyring? Keys, BackupException? Problem)> Unlocked(Keyring keyring, CancellationToken cancellationToken)
    {
        if (_tried.TryGetValue(keyring.Digest, out var known)) return known;
        var secrets = new List<KeyEncryptionSecret>();
        try
        {
            foreach (var source in sources) secrets.Add(await source.Read(cancellationToken));
            return _tried[keyring.Digest] = (keyring.Unlock(secrets), null);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.WrongKey)
        {
            return _tried[keyring.Digest] = (null, e);
        }
        finally
        {
            foreach (var secret in secrets) secret.Dispose();
        }
    }

    private BackupException Refused(Keyring own, BackupException? problem)
    {
        if (given.Count > 0 && given.All(k => k.Repository != own.Repository))
            return new(ErrorKind.WrongKey, $"open a backup of repository {own.Repository}: the keyring that was given is of repository {given[0].Repository}", "give a keyring of the same repository (`backupfn keys export`)", problem);
        var message = problem?.Message ?? $"open keyring of {own.Repository}: it does not have the epoch of the backup";
        return new(ErrorKind.WrongKey, message,
            $"{problem?.Hint ?? "check the key"}; if keys were rotated after the backup was made, give the newer keyring with --keyring (`backupfn keys export`)", problem);
    }
}
