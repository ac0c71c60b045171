using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Text;

namespace BackupFunctions.Ipfs.Http;

/// <summary>A CAR to send, and the root that its header shall name; null: it is a segment.</summary>
internal sealed record UploadedCar(OpenCar Open, Cid? Root = null);

/// <summary>
/// The body of an import: one multipart part with a CAR. Every block is verified on its way, because not every node does: when one is wrong, or
/// the CAR ends early, the request is torn down and never completed. Memory is bounded by the largest block.
/// </summary>
internal sealed class CarUpload : HttpContent
{
    private const int BufferSize = 64 * 1024;

    private readonly UploadedCar _source;
    private readonly IdleTimeout _idle;
    private readonly byte[] _head, _tail;
    private volatile bool _stopped;

    /// <summary>The boundary must be a word that no block holds: a random one.</summary>
    public CarUpload(UploadedCar source, string boundary, IdleTimeout idle)
    {
        (_source, _idle) = (source, idle);
        // .NET's own multipart writes filename* beside filename, which js-ipfs does not read; js-ipfs wants a type
        _head = Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"blocks.car\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        _tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new("boundary", $"\"{boundary}\"") } };
    }

    /// <summary>What is sent, and not counted, when the CAR has no block; null: nothing.</summary>
    public Block? InPlaceOfNone { get; init; }

    /// <summary>Blocks and bytes of blocks that were sent.</summary>
    public ImportSummary Sent { get; private set; } = new(0, 0);

    /// <summary>Why the CAR could not be read; null when it could.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>Sends nothing more: the node has hung up, and only its answer is of interest.</summary>
    public void Stop() => _stopped = true;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Send(stream, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await Send(stream, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task Send(Stream stream, CancellationToken cancellationToken)
    {
        // waiting for the source, which may be slow on purpose, is not waiting for the node
        _idle.Pause();
        await using var source = await _source.Open(cancellationToken);
        var reader = await CarReader.Open(source, cancellationToken);
        // not disposed: the stream below belongs to the connection
        var target = new BufferedStream(stream, BufferSize);
        await target.WriteAsync(_head, cancellationToken);
        var car = _source.Root is { } root ? CarWriter.CreateWithRoot(target, root) : CarWriter.CreateSegment(target);
        await foreach (var block in reader.Blocks(cancellationToken))
        {
            if (_stopped) return;
            _idle.Progress();
            await car.WriteAsync(block, cancellationToken);
            Sent = new(Sent.Blocks + 1, Sent.Bytes + block.Data.Length);
            _idle.Pause();
        }
        _idle.Progress();
        if (Sent.Blocks == 0 && InPlaceOfNone is { } filler) await car.WriteAsync(filler, cancellationToken);
        await target.WriteAsync(_tail, cancellationToken);
        await target.FlushAsync(cancellationToken);
    }
}
