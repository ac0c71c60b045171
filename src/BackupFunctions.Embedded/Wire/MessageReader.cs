using System.Buffers;
using System.IO.Pipelines;

namespace BackupFunctions.Embedded.Wire;

/// <summary>
/// Cuts a stream into messages. Holds a few pooled kilobytes between messages and one message at a time; while a command runs it can
/// read ahead to see the peer leave. One caller at a time.
/// </summary>
internal sealed class MessageReader(Stream stream) : IAsyncDisposable
{
    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024, leaveOpen: true));
    private Task<ReadResult>? _ahead;

    /// <summary>The next message, or null when the peer has closed between two messages.</summary>
    /// <param name="maxLength">The longest message to take, in bytes, header included.</param>
    /// <param name="cancellation">Ends the wait; the reader is unusable then.</param>
    /// <exception cref="WireException">The length is out of range, or the stream ended inside a message.</exception>
    public async ValueTask<Message?> Read(int maxLength, CancellationToken cancellation)
    {
        if (await ReadHeader(cancellation) is not { } header) return null;
        if (header.Length < MessageHeader.Size || header.Length > maxLength)
            throw new WireException($"read message: length {header.Length} is not within {MessageHeader.Size} and {maxLength}");

        var bytes = GC.AllocateUninitializedArray<byte>(header.Length);
        for (var filled = 0; filled < bytes.Length;)
        {
            var result = await Fill(cancellation);
            var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, bytes.Length - filled));
            part.CopyTo(bytes.AsSpan(filled));
            filled += (int)part.Length;
            _pipe.AdvanceTo(part.End);
            if (filled < bytes.Length && result.IsCompleted)
                throw new WireException($"read message: stream ended after {filled} of {bytes.Length} bytes");
        }

        return new Message(header, bytes);
    }

    /// <summary>Starts reading ahead; <paramref name="closed"/> is called when the peer has closed instead of sending more.</summary>
    public void WatchForClose(Action closed, CancellationToken cancellation) => _ahead ??= ReadAhead(closed, cancellation);

    /// <summary>Gives pooled memory back, after a read ahead has ended; cancel it or close the stream first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ahead is not null) await ((Task)_ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _pipe.CompleteAsync();
    }

    private async ValueTask<MessageHeader?> ReadHeader(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await Fill(cancellation);
            if (result.Buffer.Length >= MessageHeader.Size)
            {
                var header = ReadHeader(result.Buffer);
                _pipe.AdvanceTo(result.Buffer.Start);
                return header;
            }

            if (result.IsCompleted)
            {
                var length = result.Buffer.Length;
                return length == 0 ? null : throw new WireException($"read message: stream ended after {length} bytes of its header");
            }

            _pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static MessageHeader ReadHeader(ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        buffer.Slice(0, MessageHeader.Size).CopyTo(header);
        return MessageHeader.Read(header);
    }

    private async ValueTask<ReadResult> Fill(CancellationToken cancellation)
    {
        if (_ahead is null) return await _pipe.ReadAsync(cancellation);
        var ahead = _ahead;
        _ahead = null;
        return await ahead;
    }

    private async Task<ReadResult> ReadAhead(Action closed, CancellationToken cancellation)
    {
        try
        {
            var result = await _pipe.ReadAsync(cancellation);
            if (result.IsCompleted && result.Buffer.IsEmpty) closed();
            return result;
        }
        catch (IOException)
        {
            closed();
            throw;
        }
    }
}
