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

    /// <summary>Adds a slot for another secret to every opened epoch, under one id; the id must be new.</summary>
    public void AddSlot(IRandomSource random, KeyEncryptionSecret secret, string slotId, int iterations = KeySlotContext.DefaultIterations)
    {
        if (Keyring.Slots.Any(slot => slot.Context.Id == slotId))
            throw new BackupException(ErrorKind.Configuration, $"add key slot {slotId}: the keyring has one of that id", "choose another id");
        var added = Wrap(Keyring.Repository, random, secret, slotId, iterations, _epochs.OrderBy(e => e.Key).Select(e => (e.Key, e.Value.Root)));
        Keyring = WithSlots(Keyring.Epochs, added);
    }

    /// <summary>
    /// Starts the next epoch with a new random key and makes it current. Only this secret gets a slot for it; others are added afterwards.
    /// </summary>
    public void AddEpoch(IRandomSource random, KeyEncryptionSecret secret, string slotId, int iterations = KeySlotContext.DefaultIterations)
    {
        var (epoch, root) = (checked(Keyring.CurrentEpoch + 1), NewRoot(random));
        var added = Wrap(Keyring.Repository, random, secret, slotId, iterations, [(epoch, root)]);
        Keyring = WithSlots([.. Keyring.Epochs, epoch], added);
        Hold(epoch, root);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (root, keys) in _epochs.Values)
        {
            CryptographicOperations.ZeroMemory(root);
            keys.Dispose();
        }
        _epochs.Clear();
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
        var slots = keyring.Slots.Where(slot => secret.Fits(slot.Context.Kdf) && (slotId is null || slot.Context.Id == slotId)).ToList();
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        try
        {
            // slots of one id share their derivation as a rule: PBKDF2 runs once for them
            foreach (var group in slots.GroupBy(slot => (slot.Context.Kdf, slot.Context.Iterations, Convert.ToHexString(slot.Context.Salt.Span))))
            {
                if (group.All(slot => unlocked.Find(slot.Epoch) is not null)) continue;
                secret.DeriveKey(group.First().Context, key);
                unlocked.Open(group, key);
            }
            return unlocked._epochs.Count > 0 ? unlocked : throw WrongKey(keyring, secret, slotId, slots.Count);
        }
        catch
        {
            unlocked.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
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
        secret.DeriveKey(context, key);
        var slots = new List<KeySlot>();
        foreach (var (epoch, root) in epochs) slots.Add(KeySlot.Seal(key, context, epoch, root));
        CryptographicOperations.ZeroMemory(key);
        return slots;
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

    private void Open(IEnumerable<KeySlot> slots, ReadOnlySpan<byte> keyEncryptionKey)
    {
        foreach (var slot in slots)
        {
            if (Find(slot.Epoch) is null && slot.TryOpen(keyEncryptionKey) is { } root) Hold(slot.Epoch, root);
        }
    }

    private Keyring WithSlots(IReadOnlyList<uint> epochs, List<KeySlot> added) => Keyring.Slots.Count + added.Count <= Keyring.MaxSlots
        ? new(Keyring.Repository, epochs, [.. Keyring.Slots, .. added])
        : throw new BackupException(
            ErrorKind.Configuration, $"add key slot: a keyring has at most {Keyring.MaxSlots} slots", "a slot counts once for each epoch");

    private void Hold(uint epoch, byte[] root) => _epochs[epoch] = (root, RepositoryKeys.Create(root, Keyring.Repository, epoch));
}
