using System.Security.Cryptography;
using System.Text;

namespace BackupFunctions.Tests.Docs;

/// <summary>docs/format.md "CAR" and "Vaults", read by the BCL alone: blocks by the text of their CID, each of them hashed.</summary>
internal static class DocumentedCar
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>A CARv1 with one root: that root, and the blocks.</summary>
    public static (string Root, Dictionary<string, byte[]> Blocks) Read(ReadOnlySpan<byte> car)
    {
        // 3a a2 65 "roots" 81 d8 2a 58 25 00 | CID | 67 "version" 01
        byte[] front = [0x3a, 0xa2, 0x65, .. "roots"u8, 0x81, 0xd8, 0x2a, 0x58, 0x25, 0x00], back = [0x67, .. "version"u8, 0x01];
        car[..front.Length].SequenceEqual(front).ShouldBeTrue();
        car[(front.Length + 36)..59].SequenceEqual(back).ShouldBeTrue();
        var blocks = new Dictionary<string, byte[]>();
        Sections(car[59..], (_, cid, data) => blocks.Add(Text(cid), data));
        return (Text(car.Slice(front.Length, 36)), blocks);
    }

    /// <summary>All blocks of a vault's packs, found by their indexes.</summary>
    public static Dictionary<string, byte[]> ReadVault(string directory)
    {
        File.ReadAllText(Path.Combine(directory, "id")).Length.ShouldBe(32);
        var packs = Directory.GetFiles(Path.Combine(directory, "packs"), "*.car");
        packs.Select(Path.GetFileNameWithoutExtension).ShouldContain(File.ReadAllText(Path.Combine(directory, "packs", "latest")));
        var blocks = new Dictionary<string, byte[]>();
        foreach (var path in packs) ReadPack(File.ReadAllBytes(path), blocks);
        return blocks;
    }

    /// <summary>The pins of a vault: CID and name.</summary>
    public static IReadOnlyList<(string Root, string Name)> ReadPins(string directory) =>
        [.. Directory.GetFiles(Path.Combine(directory, "pins")).Select(f => (Path.GetFileName(f), File.ReadAllText(f)))];

    /// <summary>The text of a binary CID: "b" and lower-case base32 without padding.</summary>
    public static string Text(ReadOnlySpan<byte> cid)
    {
        var bits = string.Concat(cid.ToArray().Select(b => b.ToString("b8"))).PadRight((((cid.Length * 8) + 4) / 5) * 5, '0');
        return "b" + string.Concat(bits.Chunk(5).Select(five => Alphabet[Convert.ToInt32(new string(five), 2)]));
    }

    /// <summary>An unsigned LEB128 at this offset, which moves behind it.</summary>
    public static long Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (long)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
    }

    private static void ReadPack(byte[] pack, Dictionary<string, byte[]> blocks)
    {
        pack.AsSpan(0, 11).SequenceEqual((byte[])[0x0a, 0xa1, 0x67, .. "version"u8, 2]).ShouldBeTrue();
        pack.AsSpan(11, 16).ContainsAnyExcept((byte)0).ShouldBeFalse();
        BitConverter.ToInt64(pack, 27).ShouldBe(51);
        var length = (int)BitConverter.ToInt64(pack, 35);
        var index = (int)BitConverter.ToInt64(pack, 43);
        index.ShouldBe(51 + length);
        byte[] header = [0x19, 0xa2, 0x65, .. "roots"u8, 0x81, 0xd8, 0x2a, 0x45, 0x00, 0x01, 0x55, 0x00, 0x00, 0x67, .. "version"u8, 0x01];
        pack.AsSpan(51, header.Length).SequenceEqual(header).ShouldBeTrue();

        var offsets = new Dictionary<string, long>();
        Sections(pack.AsSpan(51 + header.Length, length - header.Length), (offset, cid, data) =>
        {
            offsets[Convert.ToHexString(cid[4..])] = offset + header.Length;
            blocks[Text(cid)] = data;
        });

        pack.AsSpan(index, 10).SequenceEqual((byte[])[0x80, 0x08, 1, 0, 0, 0, 40, 0, 0, 0]).ShouldBeTrue();
        BitConverter.ToInt64(pack, index + 10).ShouldBe(40L * offsets.Count);
        pack.Length.ShouldBe(index + 18 + (40 * offsets.Count));
        var records = offsets.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => (byte[])[.. Convert.FromHexString(o.Key), .. BitConverter.GetBytes(o.Value)]);
        pack.AsSpan(index + 18).SequenceEqual(records.SelectMany(r => r).ToArray()).ShouldBeTrue();
    }

    private static void Sections(ReadOnlySpan<byte> bytes, Action<long, byte[], byte[]> take)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var start = at;
            var length = (int)Varint(bytes, ref at);
            var (cid, data) = (bytes.Slice(at, 36).ToArray(), bytes.Slice(at + 36, length - 36).ToArray());
            Encoding.Latin1.GetString(cid, 0, 4).ShouldBeOneOf("\x01\x55\x12\x20", "\x01\x70\x12\x20");
            SHA256.HashData(data).ShouldBe(cid[4..]);
            take(start, cid, data);
            at += length;
        }
    }
}
