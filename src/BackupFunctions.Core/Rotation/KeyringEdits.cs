using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Encryption;

namespace BackupFunctions.Rotation;

/// <summary>The changes of a keyring that somebody can ask for. Each leaves a keyring alone that is as asked for already, so that it can be asked again after a crash.</summary>
internal static class KeyringEdits
{
    /// <summary>A slot for another secret; <see cref="ErrorKind.Configuration"/> when that opens the keyring already.</summary>
    public static void Add(UnlockedKeyring keys, KeyEncryptionSecret added, string? slotId, IRandomSource random, int iterations)
    {
        RequireAllEpochs(keys, "add a key slot");
        if (keys.Keyring.OpenedBy(added) is [var known, ..])
            throw new BackupException(ErrorKind.Configuration, $"add a key slot: the new {added.Kind} opens slot {known.Context.Id} already", "`backupfn keys list` shows the slots");
        keys.AddSlot(random, added, slotId ?? NextId(keys.Keyring), iterations);
    }

    /// <summary>Removes a slot; refused when none of the secrets would open every epoch by what remains.</summary>
    public static void Remove(UnlockedKeyring keys, string slotId, IReadOnlyList<KeyEncryptionSecret> secrets)
    {
        var all = keys.Keyring.Slots;
        if (all.All(slot => slot.Context.Id != slotId))
            throw BackupException.NotFound($"remove key slot {slotId}: the keyring has no such slot", $"it has {string.Join(", ", all.Select(slot => slot.Context.Id).Distinct())}");
        if (all.All(slot => slot.Context.Id == slotId))
            throw new BackupException(ErrorKind.Configuration, $"remove key slot {slotId}: it is the last one, and without it nothing opens the backups any more", "add another one first with `backupfn keys add`, or rotate with `backupfn keys rotate`");
        keys.RemoveSlots(slot => slot.Context.Id == slotId);
        if (!secrets.Any(secret => OpensAll(keys.Keyring, secret)))
            throw new BackupException(ErrorKind.Configuration, $"remove key slot {slotId}: no key that is set opens what would remain",
                "prove that another key opens the repository: give it with --new-key-file or BACKUP_NEW_ENCRYPTION_KEY_FILE (or as passphrase)");
    }

    /// <summary>A slot for the new secret on every epoch, and none of the old one's any more; others stay.</summary>
    public static void Rotate(UnlockedKeyring keys, KeyEncryptionSecret old, KeyEncryptionSecret added, string? slotId, IRandomSource random, int iterations)
    {
        RequireAllEpochs(keys, "rotate keys");
        RequireOther(old, added);
        var leaving = keys.Keyring.OpenedBy(old);
        if (OpensAll(keys.Keyring, added))
        {
            if (leaving.Count > 0) keys.RemoveSlots(leaving.Contains);
            return;
        }
        var replaced = leaving.Concat(keys.Keyring.OpenedBy(added)).ToHashSet();
        keys.AddSlot(random, added, slotId ?? NextId(keys.Keyring), iterations, replaced.Contains);
    }

    /// <summary>The next epoch, with a slot for the new secret alone. The epochs before it stay open to that secret, and to others but the old one. Nothing when an epoch was begun already.</summary>
    public static void StartEpoch(UnlockedKeyring keys, KeyEncryptionSecret old, KeyEncryptionSecret? added, string? slotId, IRandomSource random, int iterations)
    {
        if (keys.Keyring.Epochs.Count > 1) return;
        if (added is null)
            throw new BackupException(ErrorKind.Configuration, "rotate keys: no new key is set", "make one with `backupfn keys new --output FILE`, and give it with --new-key-file or BACKUP_NEW_ENCRYPTION_KEY_FILE");
        RequireOther(old, added);
        Rotate(keys, old, added, slotId, random, iterations);
        keys.AddEpoch(random, added, keys.Keyring.OpenedBy(added)[0].Context.Id, iterations);
    }

    /// <summary>Nothing but the current epoch.</summary>
    public static void DropOldEpochs(UnlockedKeyring keys)
    {
        if (keys.Keyring.Epochs.Count > 1) keys.DropOldEpochs();
    }

    private static bool OpensAll(Keyring keyring, KeyEncryptionSecret secret)
    {
        var opened = keyring.OpenedBy(secret).Select(slot => slot.Epoch).ToHashSet();
        return keyring.Epochs.All(opened.Contains);
    }

    private static void RequireAllEpochs(UnlockedKeyring keys, string action)
    {
        foreach (var epoch in keys.Keyring.Epochs.Where(epoch => keys.Find(epoch) is null))
            throw new BackupException(ErrorKind.WrongKey, $"{action}: the key opens no slot of epoch {epoch}", "use a key that opens every live epoch; `backupfn keys list` shows them");
    }

    private static void RequireOther(KeyEncryptionSecret old, KeyEncryptionSecret added)
    {
        if (added.IsSameAs(old))
            throw new BackupException(ErrorKind.Configuration, $"rotate keys: the new {added.Kind} is the one that is set already", "make another with `backupfn keys new --output FILE`");
    }

    private static string NextId(Keyring keyring)
    {
        var numbers = keyring.Slots.Select(slot => int.TryParse(slot.Context.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        return (Math.Min(numbers.Max(), int.MaxValue - 1) + 1).ToString(CultureInfo.InvariantCulture);
    }
}
