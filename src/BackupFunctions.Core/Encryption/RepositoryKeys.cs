using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// The keys of one epoch of a repository, derived from its root key. Immutable and thread-safe until it is disposed, which clears them; what
/// was made from it (sealers, openers, chunkers) must be disposed before.
/// </summary>
public sealed class RepositoryKeys : IDisposable
{
    private readonly byte[] _siv = new byte[KeyDerivation.KeySize], _enc = new byte[KeyDerivation.KeySize];
    private readonly byte[] _pid = new byte[KeyDerivation.KeySize], _cut = new byte[KeyDerivation.KeySize];
    private bool _disposed;

    private RepositoryKeys(RepositoryId repository, uint epoch) => (Repository, Epoch) = (repository, epoch);

    /// <summary>The repository that the keys belong to.</summary>
    public RepositoryId Repository { get; }

    /// <summary>The epoch, from 1.</summary>
    public uint Epoch { get; }

    internal ReadOnlySpan<byte> Siv => Live(_siv);

    internal ReadOnlySpan<byte> Enc => Live(_enc);

    internal ReadOnlySpan<byte> Pid => Live(_pid);

    internal ReadOnlySpan<byte> Cut => Live(_cut);

    /// <summary>Derives the keys from a root key of exactly 32 bytes, which is not kept.</summary>
    public static RepositoryKeys Create(ReadOnlySpan<byte> rk, RepositoryId repository, uint epoch)
    {
        var keys = new RepositoryKeys(repository, epoch);
        KeyDerivation.Derive(rk, KeyPurpose.Siv, repository, epoch, keys._siv);
        KeyDerivation.Derive(rk, KeyPurpose.Enc, repository, epoch, keys._enc);
        KeyDerivation.Derive(rk, KeyPurpose.Pid, repository, epoch, keys._pid);
        KeyDerivation.Derive(rk, KeyPurpose.Cut, repository, epoch, keys._cut);
        return keys;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_siv);
        CryptographicOperations.ZeroMemory(_enc);
        CryptographicOperations.ZeroMemory(_pid);
        CryptographicOperations.ZeroMemory(_cut);
    }

    private ReadOnlySpan<byte> Live(byte[] key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return key;
    }
}
