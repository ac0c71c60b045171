using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// s = HMAC-SHA256(K_siv, u64 length of A, A, F). It covers exactly the bytes that are encrypted, after compression and padding: equal
/// s means equal messages, so no (key, IV) pair is ever used for two. Not thread-safe.
/// </summary>
internal sealed class SyntheticIv(RepositoryKeys keys) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.Siv);

    /// <summary>Writes the 32 bytes of s.</summary>
    public void Compute(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, Span<byte> destination)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        _hash.AppendData(length);
        _hash.AppendData(header);
        _hash.AppendData(body);
        _hash.GetHashAndReset(destination);
    }

    public void Dispose() => _hash.Dispose();
}
