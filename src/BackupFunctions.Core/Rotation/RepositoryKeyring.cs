using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;

namespace BackupFunctions.Rotation;

/// <summary>The key slots of a repository: what there is, and changes that are recorded in the manifest together with the new keyring.</summary>
/// <param name="newKey">The key that is added or rotated to; null where none is set.</param>
public sealed class RepositoryKeyring(ICatalog catalog, ManifestStore manifest, IKeySource key, IKeySource? newKey, IRandomSource random)
{
    /// <summary>PBKDF2 iterations of new slots.</summary>
    internal int Iterations { get; init; } = KeySlotContext.DefaultIterations;

    /// <summary>The keyring in the catalogue; <see cref="ErrorKind.NotFound"/> when there is no repository yet.</summary>
    public async Task<Keyring> Read(CancellationToken cancellationToken) => (await Head(cancellationToken)).Keyring;

    /// <summary>All slots, and which of them the configured key and the new one open.</summary>
    public async Task<IReadOnlyList<KeySlotUse>> List(CancellationToken cancellationToken)
    {
        var keyring = await Read(cancellationToken);
        using var secret = await key.Read(cancellationToken);
        using var added = await ReadNew(cancellationToken);
        var (ours, theirs) = (keyring.OpenedBy(secret), added is null ? [] : keyring.OpenedBy(added));
        return [.. keyring.Slots.GroupBy(slot => slot.Context.Id).Select(slots => new KeySlotUse(
            slots.Key, Keyring.KindName(slots.First().Context.Kdf), [.. slots.Select(slot => slot.Epoch).Order()], slots.Any(ours.Contains), slots.Any(theirs.Contains)))];
    }

    /// <summary>Adds a slot for the new key; the id is by default the next number.</summary>
    public async Task<KeyringChanged> Add(string? slotId, CancellationToken cancellationToken)
    {
        using var added = await RequireNew("add a key slot", cancellationToken);
        return await Change(keys => KeyringEdits.Add(keys, added, slotId, random, Iterations), null, cancellationToken);
    }

    /// <summary>
    /// Removes a slot. Refused with <see cref="ErrorKind.Configuration"/> for the last one, and when neither the configured key nor the new one opens what would remain.
    /// </summary>
    public async Task<KeyringChanged> Remove(string slotId, CancellationToken cancellationToken)
    {
        using var secret = await key.Read(cancellationToken);
        using var added = await ReadNew(cancellationToken);
        IReadOnlyList<KeyEncryptionSecret> secrets = added is null ? [secret] : [secret, added];
        return await Change(keys => KeyringEdits.Remove(keys, slotId, secrets), null, cancellationToken);
    }

    /// <summary>Puts the new key in the place of the configured one, on every live epoch. Sealed blocks stay as they are.</summary>
    public async Task<KeyringChanged> Rotate(string? slotId, CancellationToken cancellationToken)
    {
        using var secret = await key.Read(cancellationToken);
        using var added = await RequireNew("rotate keys", cancellationToken);
        return await Change(keys => KeyringEdits.Rotate(keys, secret, added, slotId, random, Iterations), null, cancellationToken);
    }

    /// <summary>Begins a new epoch, unless one was begun already.</summary>
    internal async Task<KeyringChanged> StartEpoch(string? slotId, long fence, CancellationToken cancellationToken)
    {
        using var secret = await key.Read(cancellationToken);
        using var added = await ReadNew(cancellationToken);
        return await Change(keys => KeyringEdits.StartEpoch(keys, secret, added, slotId, random, Iterations), fence, cancellationToken);
    }

    /// <summary>
    /// Whether everything was sealed again under the new key already: it opens the one epoch that there is, the configured one opens nothing of it, and no slot was taken from it since it was begun, which could
    /// have been one of the configured key.
    /// </summary>
    internal async Task<bool> IsReencrypted(ManifestState state, CancellationToken cancellationToken)
    {
        using var secret = await key.Read(cancellationToken);
        using var added = await ReadNew(cancellationToken);
        var keyring = await Read(cancellationToken);
        if (added is null || keyring.Epochs.Count > 1 || keyring.OpenedBy(added).Count == 0 || keyring.OpenedBy(secret).Count > 0) return false;
        var since = state.KeyChanges.SkipWhile(c => !c.Epochs.Contains(keyring.CurrentEpoch)).ToList();
        // begun beside an older one, whose slots are all that has left
        return since is [{ Epochs.Count: > 1 }, ..] && since.Zip(since.Skip(1)).All(c => c.Second.Removed.Count == 0 || c.Second.Epochs.Count < c.First.Epochs.Count);
    }

    /// <summary>Leaves nothing but the current epoch, and records these changes with that.</summary>
    internal async Task<KeyringChanged> DropOldEpochs(IReadOnlyList<ManifestChange> changes, long fence, CancellationToken cancellationToken) =>
        await Change(KeyringEdits.DropOldEpochs, fence, cancellationToken, changes);

    private async Task<KeyringChanged> Change(KeyringChange change, long? fence, CancellationToken cancellationToken, IReadOnlyList<ManifestChange>? beside = null)
    {
        var before = await Head(cancellationToken);
        var appended = await manifest.ChangeKeys(change, beside ?? [], fence, cancellationToken);
        var after = await Head(cancellationToken);
        return new(after.Keyring, KeysChanged.Between(before.Keyring, after.Keyring, default), appended.Revision, appended.Problems);
    }

    private async Task<CatalogHead> Head(CancellationToken cancellationToken) => await catalog.ReadHead(cancellationToken) ?? throw RepositorySession.NoRepository(catalog);

    private async Task<KeyEncryptionSecret?> ReadNew(CancellationToken cancellationToken) => newKey is null ? null : await newKey.Read(cancellationToken);

    private async Task<KeyEncryptionSecret> RequireNew(string action, CancellationToken cancellationToken) => await ReadNew(cancellationToken)
        ?? throw new BackupException(ErrorKind.Configuration, $"{action}: no new key is set", "make one with `backupfn keys new --output FILE`, and give it with --new-key-file or BACKUP_NEW_ENCRYPTION_KEY_FILE");
}

/// <summary>A slot by its id: its kind, the epochs that it opens, and whether the configured key and the new one open it.</summary>
public sealed record KeySlotUse(string Id, string Kind, IReadOnlyList<uint> Epochs, bool IsOpenedByKey, bool IsOpenedByNewKey);

/// <summary>The keyring as it stands now, what changed, the revision that has it, and the problems of nodes that do not hold that.</summary>
public sealed record KeyringChanged(Keyring Keyring, KeysChanged Change, ulong Revision, IReadOnlyList<string> Problems);
