using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// Names plaintexts: HMAC-SHA256(K_pid, type, codec policy, plaintext). The policy is <c>zstd</c> and the level, so that a changed level
/// seals again. Not thread-safe.
/// </summary>
public sealed class PlaintextIds(RepositoryKeys keys) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.Pid);

    /// <summary>The id of a plaintext sealed as this type at this zstd level.</summary>
    public Hash256 Compute(BlockType type, int compressionLevel, ReadOnlySpan<byte> plaintext)
    {
        Span<byte> prefix = [(byte)type, (byte)'z', (byte)'s', (byte)'t', (byte)'d', checked((byte)compressionLevel)];
        _hash.AppendData(prefix);
        _hash.AppendData(plaintext);
        Span<byte> pid = stackalloc byte[Hash256.Size];
        _hash.GetHashAndReset(pid);
        return new(pid);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
