using System.Security.Cryptography;
using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>
/// A keyring with the keys that a secret opened. Disposing it clears the keys, also those given out. Reading is thread-safe, adding slots or
/// epochs is not.
/// </summary>
public sealed class UnlockedKeyring : IDisposable
{
    private readonly Dictionary<uint, (byte[] Root, RepositoryKeys Keys)> _epochs = [];

    private UnlockedKeyring(Keyring keyring) => Keyring = keyring;

    /// <summary>The public part, with the slots and epochs added since.</summary>
    public Keyring Keyring { get; private set; }

    /// <summary>The keys of the current epoch; fails with <see cref="ErrorKind.WrongKey"/> when the secret opened only older ones.</summary>
    public RepositoryKeys Current => Find(Keyring.CurrentEpoch) ?? throw new BackupException(
        ErrorKind.WrongKey,
        $"open keyring of {Keyring.Repository}: the secret opens older epochs and not the current one, {Keyring.CurrentEpoch}",
        "use the key or passphrase that was set when keys were last rotated");

    /// <summary>The keys of an epoch, or null: what <see cref="BlockOpener"/> asks for.</summary>
    public RepositoryKeys? Find(uint epoch) => _epochs.TryGetValue(epoch, out var found) ? found.Keys : null;

    /// <summary>Adds a slot for another secret to every opened epoch, under one id; the id must be new. Slots that it replaces leave in the same step.</summary>
    public void AddSlot(
        IRandomSource random, KeyEncryptionSecret secret, string slotId, int iterations = KeySlotContext.DefaultIterations, Func<KeySlot, bool>? replaces = null)
    {
        if (Keyring.Slots.Any(slot => slot.Context.Id == slotId))
            throw new BackupException(ErrorKind.Configuration, $"add key slot {slotId}: the keyring has one of that id", "choose another id");
        var added = Wrap(Keyring.Repository, random, secret, slotId, iterations, _epochs.OrderBy(e => e.Key).Select(e => (e.Key, e.Value.Root)));
        Keyring = WithSlots(Keyring.Epochs, added, replaces);
    }

    /// <summary>Removes slots; fails with <see cref="ErrorKind.Configuration"/> when an epoch would be left without any.</summary>
    public void RemoveSlots(Func<KeySlot, bool> leaves)
    {
        var kept = Keyring.Slots.Where(slot => !leaves(slot)).ToList();
        foreach (var epoch in Keyring.Epochs.Where(epoch => kept.All(slot => slot.Epoch != epoch)))
            throw new BackupException(ErrorKind.Configuration, $"remove key slot: nothing would open epoch {epoch} any more", "add another slot first with `backupfn keys add`");
        Keyring = new(Keyring.Repository, Keyring.Epochs, kept);
    }

    /// <summary>Leaves nothing but the current epoch, and clears the keys of the others.</summary>
    public void DropOldEpochs()
    {
        var current = Keyring.CurrentEpoch;
        Keyring = new(Keyring.Repository, [current], [.. Keyring.Slots.Where(slot => slot.Epoch == current)]);
        foreach (var epoch in _epochs.Keys.Where(epoch => epoch != current).ToList()) Clear(epoch);
    }

    /// <summary>
    /// Starts the next epoch with a new random key and makes it current. Only this secret gets a slot for it; others are added afterwards.
    /// </summary>
    public void AddEpoch(IRandomSource random, KeyEncryptionSecret secret, string slotId, int iterations = KeySlotContext.DefaultIterations)
    {
        var (epoch, root) = (checked(Keyring.CurrentEpoch + 1), NewRoot(random));
        // held first: what is held is cleared, whatever comes
        Hold(epoch, root);
        Keyring = WithSlots([.. Keyring.Epochs, epoch], Wrap(Keyring.Repository, random, secret, slotId, iterations, [(epoch, root)]), null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var epoch in _epochs.Keys.ToList()) Clear(epoch);
    }

    internal static UnlockedKeyring Create(RepositoryId repository, IRandomSource random, KeyEncryptionSecret secret, string slotId, int iterations)
    {
        const uint First = 1;
        var root = NewRoot(random);
        var unlocked = new UnlockedKeyring(new(repository, [First], Wrap(repository, random, secret, slotId, iterations, [(First, root)])));
        unlocked.Hold(First, root);
        return unlocked;
    }

    internal static UnlockedKeyring Unlock(Keyring keyring, KeyEncryptionSecret secret, string? slotId)
    {
        var unlocked = new UnlockedKeyring(keyring);
        try
        {
            var tried = unlocked.Open(secret, slotId);
            return unlocked._epochs.Count > 0 ? unlocked : throw WrongKey(keyring, secret, slotId, tried);
        }
        catch
        {
            unlocked.Dispose();
            throw;
        }
    }

    internal static UnlockedKeyring Unlock(Keyring keyring, IReadOnlyList<KeyEncryptionSecret> secrets)
    {
        var unlocked = new UnlockedKeyring(keyring);
        try
        {
            // the first is the one that is told about when none opens anything
            var tried = secrets.Select(secret => unlocked.Open(secret, null)).ToList();
            return unlocked._epochs.Count > 0 ? unlocked : throw WrongKey(keyring, secrets[0], null, tried[0]);
        }
        catch
        {
            unlocked.Dispose();
            throw;
        }
    }

    private static List<KeySlot> Wrap(
        RepositoryId repository, IRandomSource random, KeyEncryptionSecret secret, string slotId, int iterations, IEnumerable<(uint Epoch, byte[] Root)> epochs)
    {
        if (!KeySlotContext.IsValidId(slotId))
            throw new BackupException(
                ErrorKind.Configuration, "add key slot: its id is not 1 to 64 letters, digits, dashes, dots or underscores", "for example 2026-key");
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, KeySlotContext.MinIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, KeySlotContext.MaxIterations);
        var context = secret.NewSlot(repository, slotId, random, iterations);
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        try
        {
            secret.DeriveKey(context, key);
            var slots = new List<KeySlot>();
            foreach (var (epoch, root) in epochs) slots.Add(KeySlot.Seal(key, context, epoch, root));
            return slots;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] NewRoot(IRandomSource random)
    {
        var root = new byte[KeyDerivation.KeySize];
        random.Fill(root);
        return root;
    }

    private static BackupException WrongKey(Keyring keyring, KeyEncryptionSecret secret, string? slotId, int tried)
    {
        var all = string.Join(", ", keyring.Slots.Select(slot => $"{slot.Context.Id} ({(slot.Context.Kdf == SlotKdf.Raw ? "key" : "passphrase")})").Distinct());
        var message = tried == 0
            ? $"open keyring of {keyring.Repository}: it has no slot for a {secret.Kind}{(slotId is null ? "" : $" named {slotId}")}"
            : $"open keyring of {keyring.Repository}: the {secret.Kind} opens none of its slots";
        return new(ErrorKind.WrongKey, message, $"the keyring has slots {all}; check BACKUP_ENCRYPTION_KEY or BACKUP_ENCRYPTION_PASSPHRASE");
    }

    // gives how many slots were tried
    private int Open(KeyEncryptionSecret secret, string? slotId)
    {
        var slots = Keyring.Slots.Where(slot => secret.Fits(slot.Context.Kdf) && (slotId is null || slot.Context.Id == slotId)).ToList();
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        try
        {
            // slots of one id share their derivation as a rule: PBKDF2 runs once for them
            foreach (var group in slots.GroupBy(slot => slot.Context.Derivation))
            {
                if (group.All(slot => Find(slot.Epoch) is not null)) continue;
                secret.DeriveKey(group.First().Context, key);
                foreach (var slot in group)
                {
                    if (Find(slot.Epoch) is null && slot.TryOpen(key) is { } root) Hold(slot.Epoch, root);
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
        return slots.Count;
    }

    private Keyring WithSlots(IReadOnlyList<uint> epochs, List<KeySlot> added, Func<KeySlot, bool>? replaces)
    {
        var slots = Keyring.Slots.Where(slot => replaces?.Invoke(slot) != true).Concat(added).ToList();
        return slots.Count <= Keyring.MaxSlots
            ? new(Keyring.Repository, epochs, slots)
            : throw new BackupException(
                ErrorKind.Configuration, $"add key slot: a keyring has at most {Keyring.MaxSlots} slots", "a slot counts once for each epoch; remove one that nobody uses with `backupfn keys remove`");
    }

    private void Clear(uint epoch)
    {
        if (!_epochs.Remove(epoch, out var held)) return;
        CryptographicOperations.ZeroMemory(held.Root);
        held.Keys.Dispose();
    }

    private void Hold(uint epoch, byte[] root) => _epochs[epoch] = (root, RepositoryKeys.Create(root, Keyring.Repository, epoch));
}
