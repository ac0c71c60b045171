using System.Buffers;

namespace BackupFunctions.Ipfs;

/// <summary>
/// The header of a CARv1 stream, DAG-CBOR <c>{"roots": [&amp;CID…], "version": 1}</c> behind its varint length.
/// Source: ipld.io/specs/transport/car/carv1.
/// </summary>
internal static class CarHeader
{
    /// <summary>Longest header that is read: over 20,000 roots.</summary>
    public const int MaxSize = 1024 * 1024;

    /// <summary>
    /// The identity CID of no bytes (<c>bafkqaaa</c>), the usual root of a CAR whose DAG has none yet: readers want a root, and no block is
    /// needed for this one.
    /// </summary>
    public static ReadOnlySpan<byte> IdentityRoot => [0x01, 0x55, 0x00, 0x00];

    private const byte MapOf2 = 0xa2, Tag = 0xd8, CidTag = 42, Array = 0x80, Bytes = 0x40, MultibaseIdentity = 0;
    // CBOR texts: 0x65 and 0x67 say that 5 and 7 bytes follow
    private static ReadOnlySpan<byte> RootsKey => "\u0065roots"u8;
    private static ReadOnlySpan<byte> VersionKey => "\u0067version"u8;

    /// <summary>The header with one root, varint included.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> root)
    {
        var length = root.Length + 1;
        ReadOnlySpan<byte> byteString = length < 24 ? [(byte)(Bytes | length)] : [Bytes | 24, (byte)length];
        byte[] body = [MapOf2, .. RootsKey, Array | 1, Tag, CidTag, .. byteString, MultibaseIdentity, .. root, .. VersionKey, 1];
        var header = new byte[Varint.SizeOf(body.Length) + body.Length];
        body.CopyTo(header, Varint.Write(header, body.Length));
        return header;
    }

    /// <summary>The binary CIDs of the roots, whatever they are. Takes the header without its varint.</summary>
    /// <exception cref="FormatException">It is not the canonical header of a CARv1.</exception>
    public static List<byte[]> Decode(ReadOnlySpan<byte> header)
    {
        // version 2 starts with {"version": 2}
        if (header.SequenceEqual((ReadOnlySpan<byte>)[0xa1, .. VersionKey, 2])) throw new FormatException("CAR version 2, want version 1");
        var at = 0;
        Expect(header, ref at, [MapOf2], "a map of roots and version");
        Expect(header, ref at, RootsKey, "key 'roots'");
        var count = Length(header, ref at, Array, "array of roots");
        var roots = new List<byte[]>();
        for (; count > 0; count--)
        {
            Expect(header, ref at, [Tag, CidTag], "a CID");
            var length = Length(header, ref at, Bytes, "root CID");
            if (length > header.Length - at) throw new FormatException($"header byte {at}: root CID ends early");
            Expect(header, ref at, [MultibaseIdentity], "a CID's leading zero");
            if (length < 2) throw new FormatException($"header byte {at}: root CID is empty");
            roots.Add(header.Slice(at, length - 1).ToArray());
            at += length - 1;
        }
        Expect(header, ref at, VersionKey, "key 'version'");
        Expect(header, ref at, [1], "version 1");
        return at == header.Length ? roots : throw new FormatException($"header byte {at}: bytes after the end");
    }

    private static void Expect(ReadOnlySpan<byte> header, ref int at, ReadOnlySpan<byte> want, string name)
    {
        if (!header[at..].StartsWith(want)) throw new FormatException($"header byte {at}: want {name}");
        at += want.Length;
    }

    private static int Length(ReadOnlySpan<byte> header, ref int at, byte majorType, string name)
    {
        var start = at;
        if (at < header.Length && (header[at] & 0xe0) == majorType)
        {
            var info = header[at++] & 0x1f;
            if (info < 24) return info;
            // 24, 25 and 26: one, two and four bytes follow, and the shortest form is the only one
            var width = info <= 26 ? 1 << (info - 24) : 0;
            if (width > 0 && width <= header.Length - at)
            {
                var value = 0L;
                for (var i = 0; i < width; i++) value = (value << 8) | header[at++];
                var least = width switch { 1 => 24, 2 => 0x100, _ => 0x10000 };
                if (value >= least && value <= MaxSize) return (int)value;
            }
        }
        throw new FormatException($"header byte {start}: want {name}");
    }
}
