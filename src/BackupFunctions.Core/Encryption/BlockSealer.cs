using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupFunctions.Ipfs;
using ZstdSharp;

namespace BackupFunctions.Encryption;

/// <summary>
/// Seals blocks under the keys of one epoch: compress, pad, derive s, encrypt, hash (docs/format.md, "Sealed blocks"). One per worker: it keeps
/// a compressor and the one buffer in which a block is built in place, and is not thread-safe.
/// </summary>
public sealed class BlockSealer : IDisposable
{
    private readonly RepositoryKeys _keys;
    private readonly Compressor _compressor;
    private readonly SyntheticIv _siv;
    private readonly PlaintextIds _pids;
    private readonly SecretBuffer _block;

    /// <summary>A sealer with a zstd level of 1 to 22. The keys stay the caller's.</summary>
    public BlockSealer(RepositoryKeys keys, int compressionLevel = BlockFormat.DefaultCompressionLevel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(compressionLevel, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(compressionLevel, BlockFormat.MaxCompressionLevel);
        (_keys, CompressionLevel) = (keys, compressionLevel);
        _compressor = new(compressionLevel);
        _siv = new(keys);
        _pids = new(keys);
        // what zstd may need for data that it cannot compress is more than a body ever has
        var payload = Compressor.GetCompressBound(BlockFormat.MaxPlaintextLength);
        _block = new(BlockHeader.MaxSize + Hash256.Size + BlockFormat.BodyPrefixSize + payload + BlockFormat.TagSize);
    }

    /// <summary>The zstd level.</summary>
    public int CompressionLevel { get; }

    /// <summary>The id under which an equal plaintext of this type was sealed before, if it was.</summary>
    public Hash256 ComputePid(BlockType type, ReadOnlySpan<byte> plaintext) => _pids.Compute(type, CompressionLevel, plaintext);

    /// <summary>
    /// Seals one block of at most <see cref="BlockFormat.MaxPlaintextLength"/> bytes. Equal input gives equal bytes. The result's bytes lie in
    /// this sealer's buffer and are valid until its next call.
    /// </summary>
    public SealedBlock Seal(BlockType type, uint seq, bool last, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext)
    {
        BlockHeader.CheckWritable(type, seq, last, context);
        if (plaintext.Length > BlockFormat.MaxPlaintextLength)
            throw new ArgumentException($"a block takes {BlockFormat.MaxPlaintextLength} bytes, got {plaintext.Length}", nameof(plaintext));

        var headerLength = BlockHeader.FixedSize + context.Length;
        var bodyAt = headerLength + Hash256.Size;
        var block = _block.Span;
        var bodyLength = WriteBody(plaintext, block[bodyAt..]);
        var header = block[..headerLength];
        BlockHeader.Write(header, type, _keys.Epoch, bodyLength, seq, last, context);

        var body = block.Slice(bodyAt, bodyLength);
        var s = block.Slice(headerLength, Hash256.Size);
        _siv.Compute(header, body, s);
        Encrypt(block[..bodyAt], s, body, block.Slice(bodyAt + bodyLength, BlockFormat.TagSize));

        var bytes = _block.Memory[..(bodyAt + bodyLength + BlockFormat.TagSize)];
        return new(Cid.Raw(bytes.Span), bytes, new(s), (uint)plaintext.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _compressor.Dispose();
        _siv.Dispose();
        _pids.Dispose();
        _block.Dispose();
    }

    private int WriteBody(ReadOnlySpan<byte> plaintext, Span<byte> body)
    {
        var codec = BlockFormat.ZstdCodec;
        var payload = body[BlockFormat.BodyPrefixSize..];
        if (!_compressor.TryWrap(plaintext, payload, out var payloadLength) || payloadLength >= plaintext.Length)
        {
            (codec, payloadLength) = (BlockFormat.RawCodec, plaintext.Length);
            plaintext.CopyTo(payload);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)plaintext.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], (uint)payloadLength);
        body[8] = codec;
        var used = BlockFormat.BodyPrefixSize + payloadLength;
        var padded = BlockFormat.Padme(used);
        body[used..padded].Clear();
        return padded;
    }

    private void Encrypt(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> s, Span<byte> body, Span<byte> tag)
    {
        Span<byte> key = stackalloc byte[KeyDerivation.KeySize];
        KeyDerivation.DeriveBlockKey(_keys.Enc, s, key);
        using var gcm = new AesGcm(key, BlockFormat.TagSize);
        gcm.Encrypt(s[..BlockFormat.IvSize], body, body, tag, associated);
        CryptographicOperations.ZeroMemory(key);
    }
}
