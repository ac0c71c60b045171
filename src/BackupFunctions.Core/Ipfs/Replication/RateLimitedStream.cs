using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Gives the bytes of a stream no faster than a limit lets them pass, in portions, to a reader that is asynchronous. Owns the stream; the limit is
/// shared.
/// </summary>
public sealed class RateLimitedStream(Stream inner, RateLimit limit) : ForwardReadStream
{
    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer.Length > limit.Portion ? buffer[..limit.Portion] : buffer, cancellationToken);
        if (read > 0) await limit.Take(read, cancellationToken);
        return read;
    }

    /// <summary>Not supported: it would hold a thread while it waits.</summary>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a rate limited stream is read asynchronously");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
