using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// Where chunks and files may end: a document's fraction, AES-256(K_cut, its input) as a number of 64 bits over 2^64, is compared with its length.
/// A keyed function of the <c>_id</c> and never a rolling hash of content, whose key can be recovered from the lengths of chunks.
/// </summary>
internal sealed class CutPoints : IDisposable
{
    private readonly Aes _aes = Aes.Create();
    private readonly int _averageLog2;

    public CutPoints(RepositoryKeys keys, ChunkingParameters parameters)
    {
        _averageLog2 = BitOperations.Log2((uint)parameters.Average);
        _aes.SetKey(keys.Cut);
    }

    /// <summary>Replaces each 16-byte input by its encryption, of which <see cref="Fraction"/> reads the first half.</summary>
    public void Encrypt(Span<byte> inputs) => _aes.EncryptEcb(inputs, inputs, PaddingMode.None);

    /// <summary>The number at this position of what was encrypted.</summary>
    public static ulong Fraction(ReadOnlySpan<byte> encrypted, int index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(encrypted[(index * DocumentPrfInput.Size)..]);

    /// <summary>Whether fraction / 2^64 is below length / average.</summary>
    public bool EndsChunk(ulong fraction, int length) => Below(fraction, length, _averageLog2);

    /// <summary>Whether fraction / 2^64 is below length / average / 4096.</summary>
    public bool EndsFile(ulong fraction, int length) => Below(fraction, length, _averageLog2 + ChunkingParameters.ChunksPerFileLog2);

    public void Dispose() => _aes.Dispose();

    private static bool Below(ulong fraction, int length, int divisorLog2) =>
        length >> divisorLog2 > 0 || fraction < (ulong)length << (64 - divisorLog2);
}
