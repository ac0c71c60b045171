namespace BackupFunctions.Ipfs.Http;

/// <summary>
/// The connection of one upload. A node may answer and hang up before it has read everything: then what is still written goes nowhere, so that its
/// answer is read and not the broken connection reported. Writes go in portions, each of which is progress.
/// </summary>
internal sealed class UploadConnection(Stream inner, CarUpload upload, IdleTimeout idle) : Stream
{
    private const int Portion = 64 * 1024;
    private bool _hungUp;

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (buffer.Length > 0 && !_hungUp)
            {
                var part = buffer[..Math.Min(Portion, buffer.Length)];
                await inner.WriteAsync(part, cancellationToken);
                idle.Progress();
                buffer = buffer[part.Length..];
            }
        }
        catch (IOException)
        {
            _hungUp = true;
            upload.Stop();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an upload is written asynchronously");

    public override Task FlushAsync(CancellationToken cancellationToken) => _hungUp ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
