using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace BackupFunctions.Ipfs;

/// <summary>
/// A content identifier: CIDv1, sha2-256, codec raw or dag-pb. These are the only ones that we write, and others are refused.
/// Source: github.com/multiformats/cid. Binary form: <c>01 | codec | 12 20 | 32-byte digest</c>; text form: <c>b</c> and lower-case base32. The other
/// usual text form, <c>z</c> and base58btc, is read too: js-ipfs writes it.
/// </summary>
public readonly record struct Cid
{
    /// <summary>Multicodec of a raw leaf.</summary>
    public const byte RawCodec = 0x55;

    /// <summary>Multicodec of a dag-pb node.</summary>
    public const byte DagPbCodec = 0x70;

    /// <summary>Length of the binary form in bytes.</summary>
    public const int Size = 4 + Hash256.Size;

    private const byte Version = 1, Sha2_256 = 0x12;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const string Base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>A CID of this codec and digest.</summary>
    public Cid(byte codec, Hash256 digest)
    {
        if (codec is not (RawCodec or DagPbCodec)) throw new ArgumentOutOfRangeException(nameof(codec), $"unsupported codec 0x{codec:x2}");
        (Codec, Digest) = (codec, digest);
    }

    /// <summary><see cref="RawCodec"/> or <see cref="DagPbCodec"/>.</summary>
    public byte Codec { get; }

    /// <summary>SHA-256 of the block.</summary>
    public Hash256 Digest { get; }

    /// <summary>The CID of a raw leaf with these bytes.</summary>
    public static Cid Raw(ReadOnlySpan<byte> block) => new(RawCodec, Hash256.Sha256(block));

    /// <summary>The CID of an encoded dag-pb node.</summary>
    public static Cid DagPb(ReadOnlySpan<byte> block) => new(DagPbCodec, Hash256.Sha256(block));

    /// <summary>Whether these bytes are what the CID names.</summary>
    public bool Matches(ReadOnlySpan<byte> block) => Hash256.Sha256(block) == Digest;

    /// <summary>Reads the binary form, which must fill the span.</summary>
    public static Cid FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size || bytes[0] != Version || bytes[1] is not (RawCodec or DagPbCodec) || bytes[2] != Sha2_256 || bytes[3] != Hash256.Size)
            throw new FormatException("unsupported CID: want CIDv1, raw or dag-pb, sha2-256");
        return new(bytes[1], new Hash256(bytes[4..]));
    }

    /// <summary>Parses a text form.</summary>
    public static Cid Parse(string text) =>
        TryParse(text, out var cid) ? cid : throw new FormatException($"unsupported CID '{text}': want CIDv1 in base32, raw or dag-pb, sha2-256");

    /// <summary>Parses a text form; false when it is anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Cid cid)
    {
        cid = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is null || !(FromBase32(text, bytes) || FromBase58(text, bytes))) return false;
        if (bytes[0] != Version || bytes[1] is not (RawCodec or DagPbCodec) || bytes[2] != Sha2_256 || bytes[3] != Hash256.Size) return false;
        cid = new(bytes[1], new Hash256(bytes[4..]));
        return true;
    }

    /// <summary>Writes the binary form to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = Codec;
        destination[2] = Sha2_256;
        destination[3] = Hash256.Size;
        Digest.CopyTo(destination[4..]);
    }

    /// <summary>The binary form.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The base32 text form, 59 characters.</summary>
    public override string ToString() => string.Create(59, ToArray(), static (text, bytes) =>
    {
        text[0] = 'b';
        int buffer = 0, bits = 0, at = 1;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text[at++] = Alphabet[buffer >> bits];
                buffer &= (1 << bits) - 1;
            }
        }
        text[at] = Alphabet[buffer << (5 - bits)];
    });

    private static bool FromBase32(string text, Span<byte> bytes)
    {
        // 36 bytes are 288 bits: 57 full digits and one that carries 3 bits
        if (text.Length != 59 || text[0] != 'b') return false;
        int buffer = 0, bits = 0, at = 0;
        foreach (var c in text.AsSpan(1))
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0) return false;
            buffer = (buffer << 5) | digit;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[at++] = (byte)(buffer >> bits);
            buffer &= (1 << bits) - 1;
        }
        return at == Size && buffer == 0;
    }

    private static bool FromBase58(string text, Span<byte> bytes)
    {
        // the first byte is 1, so that no leading zeros need to be told apart: 281 bits are 48 digits
        if (text.Length != 49 || text[0] != 'z') return false;
        var value = BigInteger.Zero;
        foreach (var c in text.AsSpan(1))
        {
            var digit = Base58Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0) return false;
            value = value * 58 + digit;
        }
        return value.TryWriteBytes(bytes, out var written, isUnsigned: true, isBigEndian: true) && written == Size;
    }
}
