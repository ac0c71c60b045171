using System.Security.Cryptography;
using BackupFunctions.Encryption;
using ZstdSharp;

namespace BackupFunctions.Benchmarks.Sealing;

/// <summary>
/// The primitives that sealing is made of, bare: each alone over the very bytes that it gets when the documents are sealed, with its state and
/// buffers made beforehand.
/// </summary>
internal sealed class Primitives : IDisposable
{
    private const int TagSize = 16, IvSize = 12;

    private readonly byte[] _key = new byte[KeyDerivation.KeySize], _info = new byte[37], _digest = new byte[Hash256.Size], _tag = new byte[TagSize];
    private readonly List<byte[]> _chunks, _bodies = [], _blocks = [];
    private readonly byte[] _output = new byte[Compressor.GetCompressBound(BlockFormat.MaxPlaintextLength)];
    private readonly Compressor _compressor = new(BlockFormat.DefaultCompressionLevel);
    private readonly IncrementalHash _hmac;

    public Primitives(RepositoryKeys keys, IReadOnlyList<ReadOnlyMemory<byte>[]> batches)
    {
        var collector = new ChunkCollector();
        using var chunker = new DocumentChunker(keys, ChunkingParameters.Small);
        foreach (var batch in batches) chunker.Add(batch, collector);
        chunker.Finish(collector);
        _chunks = collector.Chunks;

        using var sealer = new BlockSealer(keys);
        foreach (var chunk in _chunks)
        {
            var block = sealer.Seal(BlockType.Chunk, 0, true, [], chunk).Bytes.ToArray();
            _blocks.Add(block);
            _bodies.Add(block[(BlockHeader.Parse(block).Length + Hash256.Size)..^TagSize]);
        }
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
    }

    /// <summary>Bytes of the documents.</summary>
    public long PlainBytes => _chunks.Sum(c => (long)c.Length);

    /// <summary>Bytes of their sealed blocks.</summary>
    public long SealedBytes => _blocks.Sum(b => (long)b.Length);

    /// <summary>Documents into chunks.</summary>
    public void Copy()
    {
        foreach (var chunk in _chunks) chunk.CopyTo(_output, 0);
    }

    /// <summary>Chunks into payloads.</summary>
    public void Compress()
    {
        foreach (var chunk in _chunks) _compressor.TryWrap(chunk, _output, out _);
    }

    /// <summary>HMAC-SHA256 over the plaintext: its id.</summary>
    public void AuthenticatePlaintext() => Authenticate(_chunks);

    /// <summary>HMAC-SHA256 over the body: its synthetic IV.</summary>
    public void AuthenticateBody() => Authenticate(_bodies);

    /// <summary>The key of each block.</summary>
    public void DeriveKeys()
    {
        foreach (var _ in _blocks) HKDF.Expand(HashAlgorithmName.SHA256, _key, _digest, _info);
    }

    /// <summary>AES-256-GCM, under a key of its own for each body.</summary>
    public void Encrypt()
    {
        foreach (var body in _bodies)
        {
            using var gcm = new AesGcm(_key, TagSize);
            gcm.Encrypt(_digest.AsSpan(0, IvSize), body, _output.AsSpan(0, body.Length), _tag);
        }
    }

    /// <summary>SHA-256 of the blocks: their CIDs.</summary>
    public void HashBlocks()
    {
        foreach (var block in _blocks) SHA256.HashData(block, _digest);
    }

    /// <summary>SHA-256 of the plaintext: the hash of the file.</summary>
    public void HashPlaintext()
    {
        foreach (var chunk in _chunks) SHA256.HashData(chunk, _digest);
    }

    public void Dispose()
    {
        _compressor.Dispose();
        _hmac.Dispose();
    }

    private void Authenticate(List<byte[]> messages)
    {
        foreach (var message in messages)
        {
            _hmac.AppendData(message);
            _hmac.GetHashAndReset(_digest);
        }
    }

    private sealed class ChunkCollector : IChunkSink
    {
        public List<byte[]> Chunks { get; } = [];

        public void Chunk(ReadOnlySpan<byte> plaintext, int documentsEnded, bool endsFile) => Chunks.Add(plaintext.ToArray());
    }
}
