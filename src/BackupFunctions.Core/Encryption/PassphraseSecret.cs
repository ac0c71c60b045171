using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>
/// A passphrase: its UTF-8 bytes as they were given. They are not normalised, since that would depend on the Unicode tables of the machine
/// that restores.
/// </summary>
public sealed class PassphraseSecret : KeyEncryptionSecret
{
    /// <summary>Fewest UTF-8 bytes that a new slot takes: keyrings are public, and short passphrases are guessed.</summary>
    public const int MinLength = 8;

    private const int NewSaltLength = 32;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Copies the UTF-8 bytes of a passphrase.</summary>
    public PassphraseSecret(ReadOnlySpan<byte> utf8)
        : base(utf8)
    {
    }

    /// <inheritdoc/>
    public override string Kind => "passphrase";

    /// <summary>
    /// Takes a passphrase as text, all of it. Fails with <see cref="ErrorKind.Configuration"/> when it is empty or no valid Unicode; the
    /// message names the setting and never the text.
    /// </summary>
    public static PassphraseSecret Parse(string setting, string text)
    {
        try
        {
            if (text.Length > 0) return FromText(text);
        }
        catch (EncoderFallbackException)
        {
            throw new BackupException(ErrorKind.Configuration, $"read {setting}: the passphrase is not valid Unicode text", "save it as UTF-8");
        }
        throw new BackupException(
            ErrorKind.Configuration, $"read {setting}: the passphrase is empty", "use several random words, for example seven dice words");
    }

    private static PassphraseSecret FromText(string text)
    {
        var bytes = Utf8.GetBytes(text);
        try
        {
            return new(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    internal override bool Fits(SlotKdf kdf) => kdf is SlotKdf.Pbkdf2Sha512 or SlotKdf.Pbkdf2Sha256;

    internal override void DeriveKey(KeySlotContext slot, Span<byte> destination)
    {
        var hash = slot.Kdf == SlotKdf.Pbkdf2Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
        Rfc2898DeriveBytes.Pbkdf2(Bytes, slot.Salt.Span, destination, slot.Iterations, hash);
    }

    internal override KeySlotContext NewSlot(RepositoryId repository, string id, IRandomSource random, int iterations)
    {
        if (Bytes.Length < MinLength)
            throw new BackupException(
                ErrorKind.Configuration,
                $"add key slot {id}: the passphrase is shorter than {MinLength} bytes",
                "anyone can read a keyring and try passphrases: use several random words");
        var salt = new byte[NewSaltLength];
        random.Fill(salt);
        return new(repository, id, SlotKdf.Pbkdf2Sha512, iterations, salt);
    }
}
