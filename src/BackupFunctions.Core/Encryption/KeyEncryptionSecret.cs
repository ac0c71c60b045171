using System.Security.Cryptography;
using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>
/// The secret that wraps the repository keys: a <see cref="RawKeySecret"/> or a <see cref="PassphraseSecret"/>. Disposing it clears its bytes.
/// </summary>
public abstract class KeyEncryptionSecret : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    private protected KeyEncryptionSecret(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    /// <summary>What it is, in messages: <c>key</c> or <c>passphrase</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The secret itself; never what a cleared one left behind.</summary>
    private protected ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Whether the other is the same secret; takes the same time whatever they are.</summary>
    public bool IsSameAs(KeyEncryptionSecret other) => other.GetType() == GetType() && CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);

    /// <summary>Clears the bytes.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    /// <summary>Whether a slot of this kind can be opened by a secret of this kind.</summary>
    internal abstract bool Fits(SlotKdf kdf);

    /// <summary>Fills 32 bytes with the key-encryption key of a slot.</summary>
    internal abstract void DeriveKey(KeySlotContext slot, Span<byte> destination);

    /// <summary>The context of a new slot for this secret.</summary>
    internal abstract KeySlotContext NewSlot(RepositoryId repository, string id, IRandomSource random, int iterations);
}
