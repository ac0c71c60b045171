namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>
/// A key slot: <paramref name="Kind"/> is <c>raw</c> (a key) or <c>pbkdf2-sha512</c> (a passphrase); which of the keys that are set open it. Never a secret.
/// </summary>
public sealed record KeySlotSummary(string Id, string Kind, IReadOnlyList<long> Epochs, bool OpenedByKey, bool OpenedByNewKey);

/// <summary>A recorded change of the keyring.</summary>
public sealed record KeyringChangeSummary(DateTimeOffset At, IReadOnlyList<long> Epochs, IReadOnlyList<string> Added, IReadOnlyList<string> Removed);

/// <summary>The slots of a repository; more than one live epoch means that sealing everything again was begun and not ended. Changes are told only to who has a key.</summary>
public sealed record KeyListResult(string Repository, long CurrentEpoch, IReadOnlyList<long> Epochs, IReadOnlyList<KeySlotSummary> Slots, IReadOnlyList<KeyringChangeSummary> Changes);

/// <summary>Asks for a slot for the new key; the id is by default the next number.</summary>
public sealed record AddKeyRequest(string? Id);

/// <summary>Asks for a slot to be removed.</summary>
public sealed record RemoveKeyRequest(string Id);

/// <summary>Asks for the new key in the place of the old one, and whether everything is sealed again.</summary>
public sealed record RotateKeysRequest(bool ReEncrypt, string? Id);

/// <summary>
/// What became of the keyring: slots that came, left, and open the current epoch now; for a rotation that sealed again, how many backups, and how many pins went, or that an earlier
/// run had done all of it. Problems name nodes that do
/// not hold the revision yet.
/// </summary>
public sealed record KeysChangedResult(
    long Epoch, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Slots, long Revision, bool ReEncrypted, int Backups, int Unpinned, bool WasComplete, IReadOnlyList<string> Warnings);

/// <summary>The public keyring: its repository, and its JSON on one line.</summary>
public sealed record KeyringResult(string Repository, string Json);
