using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BackupFunctions.Embedded.Wire;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded.Wire;

/// <summary>Sends bytes to a server and reads its messages, without a driver in between.</summary>
internal sealed class RawClient : IDisposable
{
    public const int RequestId = 0x01020304;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private RawClient(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    public static async Task<RawClient> Connect(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return new RawClient(client);
    }

    /// <summary>A body section.</summary>
    public static byte[] Body(BsonDocument document) => [0, .. document.ToBson()];

    /// <summary>A document sequence section.</summary>
    public static byte[] Sequence(string identifier, params byte[][] documents)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes(identifier), 0, .. documents.SelectMany(bytes => bytes)];
        return [1, .. Int32(content.Length + 4), .. content];
    }

    /// <summary>An OP_MSG of these sections, with its length right and, by its flag, a right checksum.</summary>
    public static byte[] Msg(uint flags, params byte[][] sections)
    {
        byte[] content = [.. Int32((int)flags), .. sections.SelectMany(bytes => bytes)];
        var checksum = (flags & 1) != 0;
        byte[] message = [.. Header(16 + content.Length + (checksum ? 4 : 0), 2013), .. content];
        return checksum ? [.. message, .. Int32((int)Crc32C.Of(message))] : message;
    }

    public static byte[] Msg(BsonDocument body) => Msg(0, Body(body));

    public static byte[] Header(int length, int opCode) => [.. Int32(length), .. Int32(RequestId), .. Int32(0), .. Int32(opCode)];

    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    public async Task Send(byte[] bytes) => await _stream.WriteAsync(bytes);

    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The next message's bytes, or null when the server has closed.</summary>
    public async Task<byte[]?> Receive()
    {
        using var timeout = new CancellationTokenSource(Patience);
        var header = new byte[16];
        try
        {
            if (await _stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, timeout.Token) == 0) return null;
        }
        catch (IOException)
        {
            return null; // closed with bytes of ours unread
        }

        var message = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
        header.CopyTo(message, 0);
        await _stream.ReadExactlyAsync(message.AsMemory(16), timeout.Token);
        return message;
    }

    /// <summary>The body of the OP_MSG that comes next; it must answer <see cref="RequestId"/>.</summary>
    public async Task<BsonDocument> ReceiveBody()
    {
        var message = (await Receive()).ShouldNotBeNull();
        var header = MessageHeader.Read(message);
        (header.ResponseTo, header.OpCode, message[20]).ShouldBe((RequestId, 2013, (byte)0));
        return new RawBsonDocument(message[21..]).Materialize(new MongoDB.Bson.IO.BsonBinaryReaderSettings()).AsBsonDocument;
    }

    /// <summary>Sends a command and gives its reply.</summary>
    public async Task<BsonDocument> Run(BsonDocument command)
    {
        await Send(Msg(command));
        return await ReceiveBody();
    }

    public Task<BsonDocument> Run(string command) => Run(BsonDocument.Parse(command));

    /// <summary>Whether the server has closed the connection.</summary>
    public async Task<bool> IsClosed() => await Receive() is null;

    public void Dispose() => _client.Dispose();
}
