using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>
/// The secret that wraps the repository keys: a <see cref="RawKeySecret"/> or a <see cref="PassphraseSecret"/>. Disposing it clears its bytes.
/// </summary>
public abstract class KeyEncryptionSecret : IDisposable
{
    private protected KeyEncryptionSecret()
    {
    }

    /// <summary>What it is, in messages: <c>key</c> or <c>passphrase</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Clears the bytes.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected abstract void Dispose(bool disposing);

    /// <summary>Whether a slot of this kind can be opened by a secret of this kind.</summary>
    internal abstract bool Fits(SlotKdf kdf);

    /// <summary>Fills 32 bytes with the key-encryption key of a slot.</summary>
    internal abstract void DeriveKey(KeySlotContext slot, Span<byte> destination);

    /// <summary>The context of a new slot for this secret.</summary>
    internal abstract KeySlotContext NewSlot(RepositoryId repository, string id, IRandomSource random, int iterations);
}
