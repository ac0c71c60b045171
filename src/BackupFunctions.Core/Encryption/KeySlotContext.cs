using System.Buffers.Binary;
using System.Text;

namespace BackupFunctions.Encryption;

/// <summary>How a slot's key-encryption key is made from the secret.</summary>
public enum SlotKdf : byte
{
    /// <summary>The secret is a 32-byte key and used as it is.</summary>
    Raw = 0,

    /// <summary>PBKDF2-HMAC-SHA512 of a passphrase; new slots use this.</summary>
    Pbkdf2Sha512 = 1,

    /// <summary>PBKDF2-HMAC-SHA256 of a passphrase; accepted.</summary>
    Pbkdf2Sha256 = 2,
}

/// <summary>
/// The context of a key slot. The slot cannot be moved to another repository, name or derivation: the block is bound to all of these.
/// Bytes: repository id 16, u8 length and slot id, u8 kdf, u32 iterations, u8 length and salt (0 and 0 for a raw key).
/// </summary>
public sealed record KeySlotContext
{
    /// <summary>Fewest PBKDF2 iterations accepted.</summary>
    public const int MinIterations = 100_000;

    /// <summary>Most PBKDF2 iterations accepted: a keyring is public, and must not keep a reader busy for ever.</summary>
    public const int MaxIterations = 10_000_000;

    /// <summary>PBKDF2 iterations of new slots.</summary>
    public const int DefaultIterations = 1_000_000;

    /// <summary>Longest slot id.</summary>
    public const int MaxIdLength = 64;

    internal const int MinSaltLength = 16, MaxSaltLength = 64;
    internal const int MaxSize = RepositoryId.Size + 1 + MaxIdLength + 1 + 4 + 1 + MaxSaltLength;

    /// <summary>The parts, checked: anything that a reader would refuse throws <see cref="ErrorKind.Corrupt"/>.</summary>
    public KeySlotContext(RepositoryId repository, string id, SlotKdf kdf, int iterations, ReadOnlyMemory<byte> salt)
    {
        if (!IsValidId(id)) throw BackupException.Corrupt("read key slot: its id is not 1 to 64 letters, digits, dashes, dots or underscores");
        if (!Enum.IsDefined(kdf)) throw BackupException.Corrupt($"read key slot {id}: unknown key derivation {(byte)kdf}");
        if (kdf == SlotKdf.Raw && (iterations != 0 || !salt.IsEmpty))
            throw BackupException.Corrupt($"read key slot {id}: a raw key has no iterations and no salt");
        if (kdf != SlotKdf.Raw && iterations is < MinIterations or > MaxIterations)
            throw BackupException.Corrupt($"read key slot {id}: {iterations} iterations, want {MinIterations} to {MaxIterations}");
        if (kdf != SlotKdf.Raw && salt.Length is < MinSaltLength or > MaxSaltLength)
            throw BackupException.Corrupt($"read key slot {id}: a salt of {salt.Length} bytes, want {MinSaltLength} to {MaxSaltLength}");
        (Repository, Id, Kdf, Iterations, Salt) = (repository, id, kdf, iterations, salt);
    }

    /// <summary>The repository.</summary>
    public RepositoryId Repository { get; }

    /// <summary>The slot's name.</summary>
    public string Id { get; }

    /// <summary>How the key-encryption key is made.</summary>
    public SlotKdf Kdf { get; }

    /// <summary>PBKDF2 iterations; 0 for a raw key.</summary>
    public int Iterations { get; }

    /// <summary>PBKDF2 salt; empty for a raw key.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>Slots that agree in this get the same key-encryption key from the same secret.</summary>
    internal (SlotKdf, int, string) Derivation => (Kdf, Iterations, Convert.ToHexString(Salt.Span));

    /// <summary>Whether this can name a slot: 1 to 64 ASCII letters, digits, dashes, dots or underscores.</summary>
    public static bool IsValidId(string id) => id.Length is > 0 and <= MaxIdLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    /// <summary>Reads a whole context.</summary>
    public static KeySlotContext Parse(ReadOnlySpan<byte> context)
    {
        if (LengthOf(context) != context.Length) throw BackupException.Corrupt($"read key slot: a context of {context.Length} bytes");
        var rest = context[RepositoryId.Size..];
        // Latin-1 keeps every byte, so that an id outside ASCII is refused and not replaced
        var id = Encoding.Latin1.GetString(rest.Slice(1, rest[0]));
        rest = rest[(1 + rest[0])..];
        var iterations = BinaryPrimitives.ReadUInt32LittleEndian(rest[1..]);
        return new(new(context[..RepositoryId.Size]), id, (SlotKdf)rest[0], (int)Math.Min(iterations, int.MaxValue), rest[6..].ToArray());
    }

    /// <summary>The bytes of the context.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[RepositoryId.Size + 1 + Id.Length + 6 + Salt.Length];
        Repository.ToArray().CopyTo(bytes, 0);
        bytes[RepositoryId.Size] = (byte)Id.Length;
        Encoding.Latin1.GetBytes(Id, bytes.AsSpan(RepositoryId.Size + 1));
        var rest = bytes.AsSpan(RepositoryId.Size + 1 + Id.Length);
        rest[0] = (byte)Kdf;
        BinaryPrimitives.WriteUInt32LittleEndian(rest[1..], (uint)Iterations);
        rest[5] = (byte)Salt.Length;
        Salt.Span.CopyTo(rest[6..]);
        return bytes;
    }

    internal static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (start.Length <= RepositoryId.Size) return -1;
        int id = start[RepositoryId.Size];
        if (id > MaxIdLength) throw BackupException.Corrupt($"read key slot: an id of {id} bytes, want at most {MaxIdLength}");
        var saltAt = RepositoryId.Size + 1 + id + 1 + 4;
        if (start.Length <= saltAt) return -1;
        int salt = start[saltAt];
        if (salt > MaxSaltLength) throw BackupException.Corrupt($"read key slot: a salt of {salt} bytes, want at most {MaxSaltLength}");
        return saltAt + 1 + salt;
    }
}
