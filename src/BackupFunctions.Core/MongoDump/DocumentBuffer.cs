using System.Buffers;
using System.Buffers.Binary;

namespace BackupFunctions.MongoDump;

/// <summary>
/// A window on a stream, from which documents are taken without copying. What was taken stays valid until the next <see cref="Fill"/>.
/// Owns the stream. Not thread-safe.
/// </summary>
internal sealed class DocumentBuffer(Stream stream, string source) : IAsyncDisposable
{
    /// <summary>Window size in bytes, unless a document is larger.</summary>
    public const int Window = 4 * 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Window);
    private int _start, _end;
    private bool _streamEnded;

    /// <summary>What is read, for messages.</summary>
    public string Source => source;

    /// <summary>Offset in the (unpacked) stream of the next byte to take.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes in the window.</summary>
    public int Available => _end - _start;

    /// <summary>Whether so many bytes are in the window.</summary>
    public bool Has(int count) => Available >= count;

    /// <summary>The next four bytes as an integer, which must be in the window.</summary>
    public int PeekInt32() => BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start, 4));

    /// <summary>Takes bytes that are in the window.</summary>
    public ReadOnlyMemory<byte> Take(int count)
    {
        var taken = _buffer.AsMemory(_start, count);
        _start += count;
        Position += count;
        return taken;
    }

    /// <summary>Reads on until so many bytes are in the window; false when the stream ends before.</summary>
    public async ValueTask<bool> Fill(int count, CancellationToken ct)
    {
        if (Has(count) || _streamEnded) return Has(count);
        MakeRoom(count);
        try
        {
            var wanted = _buffer.Length - _end;
            var read = await stream.ReadAtLeastAsync(_buffer.AsMemory(_end), wanted, throwOnEndOfStream: false, ct);
            _end += read;
            _streamEnded = read < wanted;
        }
        catch (InvalidDataException e)
        {
            throw BackupException.Corrupt($"unpack {source} after offset {Position + Available}: {e.Message}", e);
        }
        return Has(count);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        await stream.DisposeAsync();
    }

    private void MakeRoom(int count)
    {
        var target = _buffer.Length >= count ? _buffer : ArrayPool<byte>.Shared.Rent(count);
        _buffer.AsSpan(_start, Available).CopyTo(target);
        if (target != _buffer) ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (target, 0, Available);
    }
}
