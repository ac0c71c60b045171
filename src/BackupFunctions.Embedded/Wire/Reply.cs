using System.Buffers.Binary;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace BackupFunctions.Embedded.Wire;

/// <summary>One reply message in pooled chunks, ready to be sent. Dispose it after sending.</summary>
internal sealed class Reply : IDisposable
{
    private const int ChecksumSize = 4;

    private readonly MultiChunkBuffer _buffer;
    private readonly ByteBufferStream _stream;

    private Reply()
    {
        _buffer = new MultiChunkBuffer(BsonChunkPool.Default);
        _stream = new ByteBufferStream(_buffer, ownsBuffer: true);
    }

    /// <summary>Bytes of the whole message.</summary>
    public int Length => (int)_stream.Length;

    /// <summary>An OP_MSG with one body section, with a checksum if <paramref name="checksum"/>.</summary>
    /// <param name="requestId">Our number of this message.</param>
    /// <param name="responseTo">The client's number of the request.</param>
    /// <param name="body">The document; raw values in it keep their bytes.</param>
    /// <param name="checksum">Whether to end with a CRC-32C, as a request that had one expects.</param>
    public static Reply Msg(int requestId, int responseTo, BsonDocument body, bool checksum)
    {
        Span<byte> front = stackalloc byte[sizeof(uint) + 1];
        BinaryPrimitives.WriteUInt32LittleEndian(front, (uint)(checksum ? OpMsgFlags.ChecksumPresent : OpMsgFlags.None));
        return Create(front, body, new MessageHeader(0, requestId, responseTo, OpCode.Msg), checksum);
    }

    /// <summary>An OP_REPLY with one document: flags (2 is QueryFailure), cursor 0, starting from 0, one document.</summary>
    public static Reply Legacy(int requestId, int responseTo, BsonDocument body, bool failed)
    {
        Span<byte> front = stackalloc byte[20];
        front.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(front, failed ? 2 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(front[16..], 1);
        return Create(front, body, new MessageHeader(0, requestId, responseTo, OpCode.Reply), checksum: false);
    }

    /// <summary>Sends the message.</summary>
    public async ValueTask Send(Stream destination, CancellationToken cancellation)
    {
        foreach (var part in Parts(Length)) await destination.WriteAsync(part, cancellation);
        await destination.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static Reply Create(ReadOnlySpan<byte> front, BsonDocument body, MessageHeader header, bool checksum)
    {
        var reply = new Reply();
        try
        {
            reply.Fill(front, body, header, checksum);
            return reply;
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    private void Fill(ReadOnlySpan<byte> front, BsonDocument body, MessageHeader header, bool checksum)
    {
        Span<byte> bytes = stackalloc byte[MessageHeader.Size];
        _stream.Write(bytes);
        _stream.Write(front);
        RawPreservingWriter.Write(_stream, body);

        var length = (int)_stream.Position;
        _stream.Position = 0;
        (header with { Length = checksum ? length + ChecksumSize : length }).Write(bytes);
        _stream.Write(bytes);
        _stream.Position = length;
        if (checksum) WriteChecksum(length);
    }

    private void WriteChecksum(int length)
    {
        var crc = new Crc32C();
        foreach (var part in Parts(length)) crc.Append(part.Span);
        Span<byte> bytes = stackalloc byte[ChecksumSize];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, crc.Value);
        _stream.Write(bytes);
    }

    private IEnumerable<ReadOnlyMemory<byte>> Parts(int length)
    {
        for (var position = 0; position < length;)
        {
            var chunk = _buffer.AccessBackingBytes(position);
            var part = chunk.AsMemory(0, Math.Min(chunk.Count, length - position));
            position += part.Length;
            yield return part;
        }
    }
}
