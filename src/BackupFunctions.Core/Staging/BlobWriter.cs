using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BackupFunctions.Ambient;

namespace BackupFunctions.Staging;

/// <summary>
/// Writes a blob in blocks of 4 MiB, of which one is sent while the next one fills; what fits in one block is sent at once, by the commit. Blocks that are not
/// committed belong to no blob, and the service drops them by itself. Their ids are this writer's own, so that another writer of the same name cannot put its blocks in their place.
/// </summary>
internal sealed class BlobWriter : Stream, IStagedWriter
{
    private const int BlockBytes = 4 * 1024 * 1024, FirstBytes = 64 * 1024;

    private readonly BlobRequests _requests;
    private readonly BlockBlobClient _blob;
    private readonly string _action, _attempt;
    private readonly CancellationTokenSource _stop;
    private readonly List<string> _blocks = [];
    private byte[] _filling = new byte[FirstBytes], _sent = [];
    private int _filled;
    private Task _sending = Task.CompletedTask;
    private bool _isDisposed;

    public BlobWriter(BlobRequests requests, BlockBlobClient blob, string action, IRandomSource random, CancellationToken cancellationToken)
    {
        (_requests, _blob, _action) = (requests, blob, action);
        Span<byte> attempt = stackalloc byte[8];
        random.Fill(attempt);
        _attempt = Convert.ToHexStringLower(attempt);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <inheritdoc/>
    public Stream Stream => this;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => Position;

    public override long Position
    {
        get => ((long)_blocks.Count * BlockBytes) + _filled;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public async Task Commit(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        if (_blocks.Count == 0)
        {
            await _requests.Write(_action, token => _blob.UploadAsync(Content(_filling, _filled), options: null, token), either.Token);
            return;
        }
        if (_filled > 0) await SendBlock();
        await _sending;
        await _requests.Run(_action, CommitBlocks, either.Token);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            buffer = buffer[Fill(buffer.Span)..];
            if (_filled == BlockBytes) await SendBlock();
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            buffer = buffer[Fill(buffer)..];
            if (_filled == BlockBytes) SendBlock().GetAwaiter().GetResult();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: there is nothing to see before the commit.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _stop.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _stop.Dispose();
        base.Dispose(disposing);
    }

    private static MemoryStream Content(byte[] bytes, int length) => new(bytes, 0, length, writable: false);

    // most of what is staged beside segments is small: the buffer grows with it
    private int Fill(ReadOnlySpan<byte> bytes)
    {
        if (_filled == _filling.Length) Array.Resize(ref _filling, Math.Min(_filling.Length * 2, BlockBytes));
        var count = Math.Min(bytes.Length, _filling.Length - _filled);
        bytes[..count].CopyTo(_filling.AsSpan(_filled));
        _filled += count;
        return count;
    }

    private async Task SendBlock()
    {
        await _sending;
        var id = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_attempt}{_blocks.Count:D8}")));
        var (block, length) = (_filling, _filled);
        _sending = _requests.Write(_action, token => _blob.StageBlockAsync(id, Content(block, length), options: null, token), _stop.Token);
        _blocks.Add(id);
        (_filling, _sent, _filled) = (_sent.Length == BlockBytes ? _sent : new byte[BlockBytes], block, 0);
    }

    private async Task<bool> CommitBlocks(CancellationToken cancellationToken)
    {
        try
        {
            await _blob.CommitBlockListAsync(_blocks, options: null, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.InvalidBlockList)
        {
            // another writer of this name committed meanwhile, with which our blocks went: its segment stays
            if (await _blob.ExistsAsync(cancellationToken)) return false;
            throw;
        }
    }
}
