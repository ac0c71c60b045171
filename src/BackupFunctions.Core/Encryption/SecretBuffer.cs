using System.Buffers;
using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// A pooled buffer for plaintext, cleared before it is given back. Buffers of a block's size lie on the large object heap, where those that are thrown
/// away stay for long: every activity would leave megabytes. The pool is one of its own, because the shared one keeps buffers per thread.
/// </summary>
internal sealed class SecretBuffer(int length) : IDisposable
{
    private const int LongestPooled = 1 << 20, MostPooled = 16;

    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(LongestPooled, MostPooled);

    private byte[]? _bytes = Pool.Rent(length);

    /// <summary>The whole buffer, at first with any content.</summary>
    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes.AsMemory(0, length);
        }
    }

    /// <summary>The whole buffer, at first with any content.</summary>
    public Span<byte> Span => Memory.Span;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is not { } bytes) return;
        CryptographicOperations.ZeroMemory(bytes.AsSpan(0, length));
        Pool.Return(bytes);
    }
}
