using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>
/// A short text sealed under the key-encryption key, for what a host must keep and may not show, such as the connection string that a restore writes to. Bytes, in base64: salt 32,
/// AES-256-GCM ciphertext, tag 16. Each has a salt and so a key of its own (HKDF-SHA256, behind PBKDF2 for a passphrase): that is what makes a nonce of zeros safe.
/// </summary>
public static class SealedText
{
    private const int SaltSize = 32, TagSize = 16, NonceSize = 12;

    /// <summary>Seals a text for a purpose, which opening it has to name again.</summary>
    public static string Seal(KeyEncryptionSecret secret, string purpose, string text, IRandomSource random)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var result = new byte[SaltSize + plain.Length + TagSize];
        random.Fill(result.AsSpan(0, SaltSize));
        using var key = Key(secret, purpose, result.AsMemory(0, SaltSize));
        key.Encrypt(stackalloc byte[NonceSize], plain, result.AsSpan(SaltSize, plain.Length), result.AsSpan(SaltSize + plain.Length));
        CryptographicOperations.ZeroMemory(plain);
        return Convert.ToBase64String(result);
    }

    /// <summary>Opens it; one that was sealed under another key or for another purpose is <see cref="ErrorKind.WrongKey"/>.</summary>
    public static string Open(KeyEncryptionSecret secret, string purpose, string sealedText)
    {
        var bytes = new byte[sealedText.Length];
        if (!Convert.TryFromBase64String(sealedText, bytes, out var length) || length < SaltSize + TagSize) throw BackupException.Corrupt($"open the sealed {purpose}: it is no sealed text");
        using var key = Key(secret, purpose, bytes.AsMemory(0, SaltSize));
        var plain = new byte[length - SaltSize - TagSize];
        try
        {
            key.Decrypt(stackalloc byte[NonceSize], bytes.AsSpan(SaltSize, plain.Length), bytes.AsSpan(SaltSize + plain.Length, TagSize), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new BackupException(ErrorKind.WrongKey, $"open the sealed {purpose}: the {secret.Kind} is not the one that it was sealed under", "start it again", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static AesGcm Key(KeyEncryptionSecret secret, string purpose, ReadOnlyMemory<byte> salt)
    {
        Span<byte> root = stackalloc byte[KeyDerivation.KeySize], key = stackalloc byte[KeyDerivation.KeySize];
        secret.DeriveKey(secret.Fits(SlotKdf.Raw) ? new(default, purpose, SlotKdf.Raw, 0, default) : new(default, purpose, SlotKdf.Pbkdf2Sha512, KeySlotContext.DefaultIterations, salt), root);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, salt.Span, Encoding.UTF8.GetBytes($"backupfunctions/v1/text/{purpose}"));
        var aes = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(root);
        CryptographicOperations.ZeroMemory(key);
        return aes;
    }
}
