using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// HKDF-Expand-SHA256 (RFC 5869) as docs/format.md "Keys and keyring" uses it. Root keys are uniformly random 32 bytes, or the output of
/// PBKDF2, so there is no extract step.
/// </summary>
public static class KeyDerivation
{
    /// <summary>Length in bytes of every key.</summary>
    public const int KeySize = 32;

    /// <summary>
    /// Fills 32 bytes with the key for this purpose. The root is a repository key, or a key-encryption key when the block is a key slot.
    /// </summary>
    public static void Derive(ReadOnlySpan<byte> root, KeyPurpose purpose, RepositoryId repository, uint epoch, Span<byte> destination)
    {
        if (root.Length != KeySize) throw new ArgumentException($"a root key has {KeySize} bytes, got {root.Length}", nameof(root));
        var name = purpose switch
        {
            KeyPurpose.Siv => "backupfunctions/v1/siv"u8,
            KeyPurpose.Enc => "backupfunctions/v1/enc"u8,
            KeyPurpose.Pid => "backupfunctions/v1/pid"u8,
            KeyPurpose.Cut => "backupfunctions/v1/cut"u8,
            _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
        };
        Span<byte> info = stackalloc byte[name.Length + RepositoryId.Size + sizeof(uint)];
        name.CopyTo(info);
        repository.ToArray().CopyTo(info[name.Length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(info[(name.Length + RepositoryId.Size)..], epoch);
        HKDF.Expand(HashAlgorithmName.SHA256, root, destination[..KeySize], info);
    }

    /// <summary>
    /// The key of one block. It depends on all 32 bytes of s, so one key encrypts one message only: that is what makes an IV taken from s safe.
    /// </summary>
    internal static void DeriveBlockKey(ReadOnlySpan<byte> enc, ReadOnlySpan<byte> s, Span<byte> destination)
    {
        Span<byte> info = stackalloc byte[5 + Hash256.Size];
        "block"u8.CopyTo(info);
        s.CopyTo(info[5..]);
        HKDF.Expand(HashAlgorithmName.SHA256, enc, destination[..KeySize], info);
    }
}
