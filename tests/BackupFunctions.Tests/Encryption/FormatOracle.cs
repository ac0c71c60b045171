using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BackupFunctions.Tests.Encryption;

/// <summary>
/// docs/format.md "Sealed blocks" once more, from plain BCL calls and none of the product's classes: for comparison, and for blocks that the
/// product would not write.
/// </summary>
internal sealed class FormatOracle(byte[] root, byte[] repository, uint epoch)
{
    public byte[] Key(string x) => Expand(root, [.. "backupfunctions/v1/"u8, .. System.Text.Encoding.ASCII.GetBytes(x), .. repository, .. U32(epoch)]);

    public static byte[] Header(byte type, uint epoch, int bodyLength, uint seq, bool last) =>
        [.. "BKFN"u8, 0, 1, type, .. U32(epoch), .. U32((uint)bodyLength), .. U32(seq), last ? (byte)1 : (byte)0];

    public static byte[] Body(uint plainLength, byte codec, byte[] payload)
    {
        var used = 9 + payload.Length;
        return [.. U32(plainLength), .. U32((uint)payload.Length), codec, .. payload, .. new byte[Padme(used) - used]];
    }

    public static int Padme(int length)
    {
        var e = (int)Math.Floor(Math.Log2(length));
        var s = (int)Math.Floor(Math.Log2(e)) + 1;
        var step = (int)Math.Pow(2, e - s);
        return (length + step - 1) / step * step;
    }

    public byte[] Seal(byte type, uint seq, bool last, byte[] context, byte[] body)
    {
        byte[] a = [.. Header(type, epoch, body.Length, seq, last), .. context];
        return Encrypt(a, SyntheticIv(a, body), body);
    }

    public byte[] SyntheticIv(byte[] a, byte[] body) => Hmac(Key("siv"), [.. BitConverter.GetBytes((ulong)a.Length), .. a, .. body]);

    public byte[] Encrypt(byte[] a, byte[] s, byte[] body)
    {
        using var gcm = new AesGcm(Expand(Key("enc"), [.. "block"u8, .. s]), 16);
        byte[] cipher = new byte[body.Length], tag = new byte[16];
        gcm.Encrypt(s.AsSpan(0, 12), body, cipher, tag, [.. a, .. s]);
        return [.. a, .. s, .. cipher, .. tag];
    }

    /// <summary>The body of a block whose context has this length.</summary>
    public byte[] Open(byte[] block, int contextLength)
    {
        var (a, s) = (block[..(20 + contextLength)], block[(20 + contextLength)..(52 + contextLength)]);
        using var gcm = new AesGcm(Expand(Key("enc"), [.. "block"u8, .. s]), 16);
        var body = new byte[block.Length - a.Length - 48];
        gcm.Decrypt(s.AsSpan(0, 12), block.AsSpan(a.Length + 32, body.Length), block.AsSpan(block.Length - 16), body, [.. a, .. s]);
        return body;
    }

    // RFC 5869: one block of output is enough for 32 bytes
    private static byte[] Expand(byte[] key, byte[] info) => Hmac(key, [.. info, 1]);

    private static byte[] Hmac(byte[] key, byte[] message) => HMACSHA256.HashData(key, message);

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
