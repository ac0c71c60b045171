using System.Security.Cryptography;
using System.Text.Json;
using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>
/// The public keyring of a repository: the live epochs and the slots that wrap their keys. Immutable. Its JSON form is in docs/format.md,
/// "Keys and keyring".
/// </summary>
public sealed class Keyring
{
    /// <summary>A keyring has at most this many slots.</summary>
    public const int MaxSlots = 16;

    private const int Format = 0, MaxJsonLength = 64 * 1024;

    private Hash256? _digest;

    internal Keyring(RepositoryId repository, IReadOnlyList<uint> epochs, IReadOnlyList<KeySlot> slots)
    {
        if (epochs.Count == 0 || epochs[0] == 0 || !epochs.Zip(epochs.Skip(1)).All(pair => pair.First < pair.Second))
            throw BackupException.Corrupt("read keyring: its epochs do not ascend from 1");
        if (slots.Count is 0 or > MaxSlots) throw BackupException.Corrupt($"read keyring: {slots.Count} slots, want 1 to {MaxSlots}");
        foreach (var slot in slots)
        {
            if (slot.Context.Repository != repository) throw BackupException.Corrupt($"read keyring: slot {slot.Context.Id} is of another repository");
            if (!epochs.Contains(slot.Epoch))
                throw BackupException.Corrupt($"read keyring: slot {slot.Context.Id} is of epoch {slot.Epoch}, which is not live");
        }
        if (slots.DistinctBy(slot => (slot.Context.Id, slot.Epoch)).Count() != slots.Count)
            throw BackupException.Corrupt("read keyring: two slots have the same id and epoch");
        (Repository, Epochs, Slots) = (repository, epochs, slots);
    }

    /// <summary>The repository.</summary>
    public RepositoryId Repository { get; }

    /// <summary>The live epochs, ascending.</summary>
    public IReadOnlyList<uint> Epochs { get; }

    /// <summary>The epoch that new backups are sealed under: the last.</summary>
    public uint CurrentEpoch => Epochs[^1];

    /// <summary>The slots, each holding the key of one epoch under one secret.</summary>
    public IReadOnlyList<KeySlot> Slots { get; }

    /// <summary>SHA-256 of <see cref="ToJson"/>: keyrings with the same digest are the same.</summary>
    public Hash256 Digest => _digest ??= Hash256.Sha256(ToJson());

    /// <summary>
    /// Starts a repository: a random id, a random key for epoch 1, and one slot. The secret stays the caller's. PBKDF2 iterations are
    /// <see cref="KeySlotContext.MinIterations"/> at least and only count for a passphrase.
    /// </summary>
    public static UnlockedKeyring Create(
        IRandomSource random, KeyEncryptionSecret secret, string slotId = "1", int iterations = KeySlotContext.DefaultIterations)
    {
        Span<byte> id = stackalloc byte[RepositoryId.Size];
        random.Fill(id);
        return UnlockedKeyring.Create(new(id), random, secret, slotId, iterations);
    }

    /// <summary>Reads the JSON form strictly; fails with <see cref="ErrorKind.Corrupt"/>. No key is derived here.</summary>
    public static Keyring Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxJsonLength) throw BackupException.Corrupt($"read keyring: {utf8.Length} bytes, want at most {MaxJsonLength}");
        KeyringJson json;
        try
        {
            json = JsonSerializer.Deserialize(utf8, KeyringJsonContext.Default.KeyringJson) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw BackupException.Corrupt($"read keyring: {e.Message}", e);
        }
        if (json.Format != Format) throw BackupException.Corrupt($"read keyring: unsupported format {json.Format}");
        if (json.Repository.Length != 2 * RepositoryId.Size || !json.Repository.All(char.IsAsciiHexDigitLower))
            throw BackupException.Corrupt($"read keyring: the repository id is not {2 * RepositoryId.Size} lower-case hex digits");
        if (json.Slots.Length > MaxSlots) throw BackupException.Corrupt($"read keyring: {json.Slots.Length} slots, want at most {MaxSlots}");
        return new(RepositoryId.Parse(json.Repository), json.Epochs, [.. json.Slots.Select(ReadSlot)]);
    }

    /// <summary>The JSON form, UTF-8 on one line. The same keyring gives the same bytes.</summary>
    public byte[] ToJson()
    {
        var slots = Slots.Select(slot => new KeySlotJson(slot.Context.Id, KindName(slot.Context.Kdf), slot.Epoch, slot.Block.ToArray()));
        return JsonSerializer.SerializeToUtf8Bytes(new(Format, Repository.ToString(), [.. Epochs], [.. slots]), KeyringJsonContext.Default.KeyringJson);
    }

    /// <summary>
    /// Opens every epoch that the secret has a slot for, trying only slots of its kind and, when an id is given, of that id. Fails with
    /// <see cref="ErrorKind.WrongKey"/> when it opens none. The secret stays the caller's; the caller disposes the result.
    /// </summary>
    public UnlockedKeyring Unlock(KeyEncryptionSecret secret, string? slotId = null) => UnlockedKeyring.Unlock(this, secret, slotId);

    /// <summary>As <see cref="Unlock(KeyEncryptionSecret, string?)"/> with several secrets, each of which may open other epochs.</summary>
    public UnlockedKeyring Unlock(IReadOnlyList<KeyEncryptionSecret> secrets) => UnlockedKeyring.Unlock(this, secrets);

    /// <summary>The slots that a secret opens; none when it is another. The secret stays the caller's.</summary>
    public IReadOnlyList<KeySlot> OpenedBy(KeyEncryptionSecret secret)
    {
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        var opened = new List<KeySlot>();
        try
        {
            foreach (var group in Slots.Where(slot => secret.Fits(slot.Context.Kdf)).GroupBy(slot => slot.Context.Derivation))
            {
                secret.DeriveKey(group.First().Context, key);
                foreach (var slot in group)
                {
                    if (slot.TryOpen(key) is not { } root) continue;
                    CryptographicOperations.ZeroMemory(root);
                    opened.Add(slot);
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
        return opened;
    }

    /// <summary>The word for a kind of slot: <c>raw</c>, <c>pbkdf2-sha512</c> or <c>pbkdf2-sha256</c>.</summary>
    public static string KindName(SlotKdf kdf) => kdf switch
    {
        SlotKdf.Raw => "raw",
        SlotKdf.Pbkdf2Sha512 => "pbkdf2-sha512",
        _ => "pbkdf2-sha256",
    };

    private static KeySlot ReadSlot(KeySlotJson? json)
    {
        if (json is null) throw BackupException.Corrupt("read keyring: a slot is null");
        var slot = KeySlot.Parse(json.Block);
        if (json.Id != slot.Context.Id || json.Kind != KindName(slot.Context.Kdf) || json.Epoch != slot.Epoch)
            throw BackupException.Corrupt($"read keyring: slot {slot.Context.Id} does not say the same as its block");
        return slot;
    }
}
