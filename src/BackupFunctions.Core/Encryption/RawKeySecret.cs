using System.Buffers.Text;
using System.Security.Cryptography;
using BackupFunctions.Ambient;

namespace BackupFunctions.Encryption;

/// <summary>A random key of 32 bytes.</summary>
public sealed class RawKeySecret : KeyEncryptionSecret
{
    /// <summary>Copies exactly 32 bytes.</summary>
    public RawKeySecret(ReadOnlySpan<byte> key)
        : base(key)
    {
        if (key.Length != KeyDerivation.KeySize) throw new ArgumentException($"a key has {KeyDerivation.KeySize} bytes, got {key.Length}", nameof(key));
    }

    /// <inheritdoc/>
    public override string Kind => "key";

    /// <summary>A new random key as text: base64, 44 characters.</summary>
    public static string NewKey(IRandomSource random)
    {
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        random.Fill(key);
        var text = Convert.ToBase64String(key);
        CryptographicOperations.ZeroMemory(key);
        return text;
    }

    /// <summary>
    /// Parses 44 characters of base64 or 64 hex digits; white space around them is ignored. Fails with <see cref="ErrorKind.Configuration"/>
    /// and a message that names the setting and never the text.
    /// </summary>
    public static RawKeySecret Parse(string setting, ReadOnlySpan<char> text)
    {
        text = text.Trim();
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        try
        {
            var valid = text.Length switch
            {
                64 => Convert.FromHexString(text, key, out _, out var written) == System.Buffers.OperationStatus.Done && written == key.Length,
                44 => Base64.IsValid(text) && Convert.TryFromBase64Chars(text, key, out var written) && written == key.Length,
                _ => false,
            };
            if (valid) return new(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
        throw new BackupException(
            ErrorKind.Configuration,
            text.IsEmpty
                ? $"read {setting}: it is empty"
                : $"read {setting}: not a key of 32 bytes: want 44 characters of base64 or 64 hex digits, got {text.Length} characters",
            $"make a key with `backupfn keys new`; it looks like {Convert.ToBase64String("this is only an example of a key"u8)}");
    }

    internal override bool Fits(SlotKdf kdf) => kdf == SlotKdf.Raw;

    internal override void DeriveKey(KeySlotContext slot, Span<byte> destination) => Bytes.CopyTo(destination);

    internal override KeySlotContext NewSlot(RepositoryId repository, string id, IRandomSource random, int iterations) =>
        new(repository, id, SlotKdf.Raw, 0, default);
}
