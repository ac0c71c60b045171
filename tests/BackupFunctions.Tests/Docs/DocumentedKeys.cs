using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BackupFunctions.Tests.Docs;

/// <summary>What a sealed block holds, once it is opened.</summary>
internal sealed record DocumentedBlock(byte Type, uint Seq, bool Last, byte[] Context, byte[] S, byte[] Plaintext);

/// <summary>docs/format.md "Sealed blocks" and "Keys and keyring", with the BCL and a zstd decompressor alone.</summary>
internal sealed class DocumentedKeys(byte[] root, byte[] repository, uint epoch)
{
    /// <summary>The keys of the epoch, out of a keyring's JSON and the user's raw key.</summary>
    public static DocumentedKeys Unlock(JsonElement keyring, byte[] rawKey, uint epoch)
    {
        keyring.GetProperty("format").GetInt32().ShouldBe(0);
        var repository = Convert.FromHexString(keyring.GetProperty("repository").GetString()!);
        var slot = keyring.GetProperty("slots").EnumerateArray().Single(s => s.GetProperty("kind").GetString() == "raw" && s.GetProperty("epoch").GetUInt32() == epoch);
        var opened = new DocumentedKeys(rawKey, repository, epoch).Open(slot.GetProperty("block").GetBytesFromBase64());
        var id = Encoding.ASCII.GetBytes(slot.GetProperty("id").GetString()!);
        opened.Type.ShouldBe((byte)5);
        opened.Context.ShouldBe([.. repository, (byte)id.Length, .. id, 0, 0, 0, 0, 0, 0]);
        return new DocumentedKeys(opened.Plaintext, repository, epoch);
    }

    /// <summary>K_x.</summary>
    public byte[] Key(string x) => Expand(root, [.. Encoding.ASCII.GetBytes($"backupfunctions/v1/{x}"), .. repository, .. BitConverter.GetBytes(epoch)]);

    /// <summary>The context of a block, readable without a key.</summary>
    public static byte[] Context(ReadOnlySpan<byte> block)
    {
        var rest = block[20..];
        var length = block[6] switch
        {
            3 or 6 => 16,
            4 => 9 + rest[8],
            5 => 16 + 1 + rest[16] + 1 + 4 + 1 + rest[16 + 1 + rest[16] + 1 + 4],
            _ => 0,
        };
        return rest[..length].ToArray();
    }

    /// <summary>Length of the block that starts here.</summary>
    public static int Length(ReadOnlySpan<byte> block) => 20 + Context(block).Length + 32 + (int)BinaryPrimitives.ReadUInt32LittleEndian(block[11..]) + 16;

    /// <summary>Opens a block and checks all that the document tells a reader to.</summary>
    public DocumentedBlock Open(byte[] block)
    {
        block[..6].ShouldBe([.. "BKFN"u8, 0, 1]);
        BitConverter.ToUInt32(block, 7).ShouldBe(epoch);
        block.Length.ShouldBe(Length(block));
        var context = Context(block);
        var a = block[..(20 + context.Length)];
        var s = block[a.Length..(a.Length + 32)];
        var f = new byte[BitConverter.ToUInt32(block, 11)];
        f.Length.ShouldBe(Padme(f.Length));
        using (var gcm = new AesGcm(Expand(Key("enc"), [.. "block"u8, .. s]), 16))
            gcm.Decrypt(s.AsSpan(0, 12), block.AsSpan(a.Length + 32, f.Length), block.AsSpan(block.Length - 16), f, [.. a, .. s]);
        HMACSHA256.HashData(Key("siv"), (byte[])[.. BitConverter.GetBytes((ulong)a.Length), .. a, .. f]).ShouldBe(s);
        return new(block[6], BitConverter.ToUInt32(block, 15), block[19] == 1, context, s, Body(f));
    }

    /// <summary>The plaintext of an object: all blocks of one type and context, in order and whole.</summary>
    public byte[] OpenObject(byte type, byte[] context, IEnumerable<byte[]> blocks)
    {
        var opened = blocks.Select(Open).ToList();
        for (var i = 0; i < opened.Count; i++)
        {
            opened[i].Type.ShouldBe(type);
            opened[i].Context.ShouldBe(context);
            opened[i].Seq.ShouldBe((uint)i);
            opened[i].Last.ShouldBe(i == opened.Count - 1);
        }
        return [.. opened.SelectMany(b => b.Plaintext)];
    }

    /// <summary>Concatenated blocks, as a file holds them, one by one.</summary>
    public static IEnumerable<byte[]> Split(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = Length(file.AsSpan(at));
            yield return file[at..(at + length)];
            at += length;
        }
    }

    private static byte[] Body(byte[] f)
    {
        var (plainLength, payloadLength) = (BitConverter.ToInt32(f, 0), BitConverter.ToInt32(f, 4));
        f.Length.ShouldBe(Padme(9 + payloadLength));
        f.AsSpan(9 + payloadLength).ContainsAnyExcept((byte)0).ShouldBeFalse();
        var payload = f[9..(9 + payloadLength)];
        if (f[8] == 0)
        {
            payloadLength.ShouldBe(plainLength);
            return payload;
        }
        f[8].ShouldBe((byte)1);
        payloadLength.ShouldBeLessThan(plainLength);
        using var zstd = new ZstdSharp.Decompressor();
        var plaintext = new byte[plainLength];
        zstd.Unwrap(payload, plaintext).ShouldBe(plainLength);
        return plaintext;
    }

    private static int Padme(int length)
    {
        var e = (int)Math.Floor(Math.Log2(length));
        var m = (1 << (e - (int)Math.Floor(Math.Log2(e)) - 1)) - 1;
        return (length + m) & ~m;
    }

    private static byte[] Expand(byte[] key, byte[] info) => HKDF.Expand(HashAlgorithmName.SHA256, key, 32, info);
}
