using System.Buffers.Binary;
using System.Security.Cryptography;
using ZstdSharp;

namespace BackupFunctions.Encryption;

/// <summary>
/// Opens sealed blocks and gives plaintext only from those that are, to the last bit, what <see cref="BlockSealer"/> makes. One per worker:
/// it keeps a decompressor and buffers, and is not thread-safe.
/// </summary>
public sealed class BlockOpener : IDisposable
{
    private readonly Func<uint, RepositoryKeys?> _keys;
    private readonly Dictionary<uint, (RepositoryKeys Keys, SyntheticIv Siv)> _epochs = [];
    private readonly Decompressor _decompressor = new();
    private readonly SecretBuffer _body = new(BlockFormat.MaxBodyLength), _plaintext = new(BlockFormat.MaxPlaintextLength);

    /// <summary>An opener that asks once per epoch for its keys, null when there are none. The keys stay the caller's.</summary>
    public BlockOpener(Func<uint, RepositoryKeys?> keys) => _keys = keys;

    /// <summary>An opener for one epoch.</summary>
    public BlockOpener(RepositoryKeys keys)
        : this(epoch => epoch == keys.Epoch ? keys : null)
    {
    }

    /// <summary>
    /// Opens exactly one block. Fails with <see cref="ErrorKind.WrongKey"/> for an epoch without keys and with
    /// <see cref="ErrorKind.Corrupt"/> for anything that is not a genuine block.
    /// </summary>
    public OpenedBlock Open(ReadOnlySpan<byte> block)
    {
        var header = BlockHeader.Parse(block);
        if (block.Length != header.BlockLength)
            throw Corrupt(header, $"it is {block.Length} bytes long and says {header.BlockLength}");
        var (keys, siv) = Epoch(header);
        var associated = block[..(header.Length + Hash256.Size)];
        var s = associated[header.Length..];
        var body = _body.Span[..header.BodyLength];
        Decrypt(header, keys, block, body);

        Span<byte> expected = stackalloc byte[Hash256.Size];
        siv.Compute(associated[..header.Length], body, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, s)) throw Corrupt(header, "synthetic IV mismatch");
        return new(header, new(s), ReadBody(header, body));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decompressor.Dispose();
        foreach (var (_, siv) in _epochs.Values) siv.Dispose();
        _epochs.Clear();
        _body.Dispose();
        _plaintext.Dispose();
    }

    private (RepositoryKeys Keys, SyntheticIv Siv) Epoch(BlockHeader header)
    {
        if (_epochs.TryGetValue(header.Epoch, out var known)) return known;
        var keys = _keys(header.Epoch) ?? throw new BackupException(
            ErrorKind.WrongKey,
            $"open {header.Type} block: no key for epoch {header.Epoch}",
            "use the newest keyring of the repository, and a key or passphrase that has a slot for this epoch");
        return _epochs[header.Epoch] = (keys, new(keys));
    }

    private static void Decrypt(BlockHeader header, RepositoryKeys keys, ReadOnlySpan<byte> block, Span<byte> body)
    {
        var bodyAt = header.Length + Hash256.Size;
        var s = block[header.Length..bodyAt];
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        KeyDerivation.DeriveBlockKey(keys.Enc, s, key);
        try
        {
            using var gcm = new AesGcm(key, BlockFormat.TagSize);
            gcm.Decrypt(s[..BlockFormat.IvSize], block.Slice(bodyAt, body.Length), block[(bodyAt + body.Length)..], body, block[..bodyAt]);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Corrupt(header, "tag mismatch", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private ReadOnlyMemory<byte> ReadBody(BlockHeader header, ReadOnlySpan<byte> body)
    {
        var plainLength = BinaryPrimitives.ReadUInt32LittleEndian(body);
        var payloadLength = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        var rest = body[BlockFormat.BodyPrefixSize..];
        if (plainLength > BlockFormat.MaxPlaintextLength) throw Corrupt(header, $"impossible plaintext length {plainLength}");
        if (payloadLength > rest.Length) throw Corrupt(header, $"impossible payload length {payloadLength}");
        if (BlockFormat.Padme(BlockFormat.BodyPrefixSize + (int)payloadLength) != body.Length || rest[(int)payloadLength..].ContainsAnyExcept((byte)0))
            throw Corrupt(header, "padding is not canonical");
        var plaintext = _plaintext.Memory[..(int)plainLength];
        Decode(header, body[8], rest[..(int)payloadLength], plaintext.Span);
        return plaintext;
    }

    private void Decode(BlockHeader header, byte codec, ReadOnlySpan<byte> payload, Span<byte> plaintext)
    {
        switch (codec)
        {
            case BlockFormat.RawCodec when payload.Length == plaintext.Length:
                payload.CopyTo(plaintext);
                break;
            case BlockFormat.ZstdCodec when payload.Length < plaintext.Length:
                Decompress(header, payload, plaintext);
                break;
            case BlockFormat.RawCodec or BlockFormat.ZstdCodec:
                throw Corrupt(header, $"a payload of {payload.Length} bytes, codec {codec}, cannot stand for {plaintext.Length}");
            default:
                throw Corrupt(header, $"unknown codec {codec}");
        }
    }

    private void Decompress(BlockHeader header, ReadOnlySpan<byte> payload, Span<byte> plaintext)
    {
        int length;
        try
        {
            length = _decompressor.Unwrap(payload, plaintext);
        }
        catch (ZstdException e)
        {
            throw Corrupt(header, $"decompression failed ({e.Message})", e);
        }
        if (length != plaintext.Length) throw Corrupt(header, $"decompressed to {length} bytes, want {plaintext.Length}");
    }

    private static BackupException Corrupt(BlockHeader header, string what, Exception? inner = null) =>
        BackupException.Corrupt($"open {header.Type} block (epoch {header.Epoch}, seq {header.Seq}): {what}", inner);
}
