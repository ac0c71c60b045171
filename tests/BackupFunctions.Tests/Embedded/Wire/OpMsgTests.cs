using System.Buffers.Binary;
using System.Text;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Embedded.Wire;
using BackupFunctions.Tests.Embedded.Server;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded.Wire;

public sealed class OpMsgTests : IAsyncLifetime
{
    private static readonly BsonDocument Echo = new() { { "echo", 1 }, { "$db", "test" } };
    private static readonly BsonDocument Ping = new() { { "ping", 1 }, { "$db", "admin" } };

    // the same name twice, a NaN with a payload, an undefined and a DBPointer: what decoding would not bring back
    private static readonly byte[] Awkward =
    [
        .. RawClient.Int32(55),
        0x10, (byte)'a', 0, 1, 0, 0, 0,
        0x10, (byte)'a', 0, 2, 0, 0, 0,
        0x01, (byte)'n', 0, 1, 2, 3, 4, 5, 6, 0xf8, 0x7f,
        0x06, (byte)'u', 0,
        0x0c, (byte)'p', 0, 3, 0, 0, 0, (byte)'d', (byte)'b', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        0,
    ];

    private EmbeddedMongoServer _server = null!;
    private RawClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.Start();
        _client = await RawClient.Connect(_server.Port);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Documents_of_a_sequence_come_back_byte_for_byte()
    {
        var large = new BsonDocument("data", new BsonBinaryData(new byte[300_000])).ToBson();
        await _client.Send(RawClient.Msg(0, RawClient.Sequence("documents", Awkward, large), RawClient.Body(Echo)));
        var reply = (await _client.Receive()).ShouldNotBeNull();
        reply.AsSpan().IndexOf(Awkward).ShouldBeGreaterThan(0);
        reply.AsSpan().IndexOf(large).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Documents_of_an_array_in_the_body_come_back_byte_for_byte()
    {
        byte[] array = [.. RawClient.Int32(4 + 3 + Awkward.Length + 1), 3, (byte)'0', 0, .. Awkward, 0];
        byte[] fields = [0x10, .. "echo\0"u8, .. RawClient.Int32(1), 4, .. "documents\0"u8, .. array, 2, .. "$db\0"u8, .. RawClient.Int32(5), .. "test\0"u8];
        byte[] body = [0, .. RawClient.Int32(fields.Length + 5), .. fields, 0];
        await _client.Send(RawClient.Msg(0, body));
        var reply = (await _client.Receive()).ShouldNotBeNull();
        var first = reply.AsSpan().IndexOf(Awkward);
        first.ShouldBeGreaterThan(0);
        reply.AsSpan(first + 1).IndexOf(Awkward).ShouldBeGreaterThan(0); // in the body, and in the sequence
    }

    [Fact]
    public async Task A_message_with_a_checksum_is_answered_with_one()
    {
        await _client.Send(RawClient.Msg(1, RawClient.Body(Echo)));
        var reply = (await _client.Receive()).ShouldNotBeNull();
        (reply[16] & 1).ShouldBe(1);
        BinaryPrimitives.ReadUInt32LittleEndian(reply.AsSpan(reply.Length - 4)).ShouldBe(Crc32C.Of(reply.AsSpan(0, reply.Length - 4)));

        await _client.Send(RawClient.Msg(0, RawClient.Body(Echo)));
        ((await _client.Receive()).ShouldNotBeNull()[16] & 1).ShouldBe(0);
    }

    [Fact]
    public async Task A_wrong_checksum_is_told_and_closes_the_connection()
    {
        var message = RawClient.Msg(1, RawClient.Body(Echo));
        message[^1] ^= 1;
        await _client.Send(message);
        (await _client.ReceiveBody())["code"].ShouldBe(288);
        (await _client.Receive()).ShouldBeNull();
    }

    [Fact]
    public async Task An_unknown_required_flag_is_told_and_closes_the_connection()
    {
        await _client.Send(RawClient.Msg(4, RawClient.Body(Ping)));
        (await _client.ReceiveBody())["code"].ShouldBe(223);
        (await _client.Receive()).ShouldBeNull();
    }

    [Fact]
    public async Task Unknown_optional_flags_are_ignored_and_exhaust_is_not_used()
    {
        await _client.Send(RawClient.Msg(0xffff0000, RawClient.Body(Ping)));
        var reply = (await _client.Receive()).ShouldNotBeNull();
        BinaryPrimitives.ReadUInt32LittleEndian(reply.AsSpan(16)).ShouldBe(0u);
    }

    [Fact]
    public async Task A_message_with_more_to_come_is_run_and_not_answered()
    {
        await _client.Send([.. RawClient.Msg(2, RawClient.Body(new BsonDocument("nothing", 1))), .. RawClient.Msg(Ping)]);
        (await _client.ReceiveBody())["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task Messages_sent_at_once_or_byte_by_byte_are_answered_in_order()
    {
        var message = RawClient.Msg(Ping);
        await _client.Send([.. message, .. RawClient.Msg(new BsonDocument { { "nothing", 1 }, { "$db", "x" } }), .. message[..1]]);
        foreach (var piece in message[1..]) await _client.Send([piece]);
        (await _client.ReceiveBody())["ok"].ShouldBe(1.0);
        (await _client.ReceiveBody())["code"].ShouldBe(59);
        (await _client.ReceiveBody())["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task Malformed_sections_are_told_and_leave_the_connection_open()
    {
        var body = RawClient.Body(Ping);
        await Refused(40587, RawClient.Msg(0));
        await Refused(40587, RawClient.Msg(0, RawClient.Sequence("documents")));
        await Refused(40430, RawClient.Msg(0, body, body));
        await Refused(40431, RawClient.Msg(0, body, RawClient.Sequence("a"), RawClient.Sequence("a")));
        await Refused(40432, RawClient.Msg(0, body, [7]));
        await Refused(40433, RawClient.Msg(0, body, RawClient.Sequence("ping")));
        await Refused(40571, RawClient.Msg(0, RawClient.Body(new BsonDocument("ping", 1))));
        await Refused(73, RawClient.Msg(0, RawClient.Body(new BsonDocument { { "ping", 1 }, { "$db", "a.b" } })));
        await Refused(59, RawClient.Msg(0, RawClient.Body(new BsonDocument("$db", "admin"))));
        await Refused(22, RawClient.Msg(0, [0, 3, 0, 0, 0]));
        await Refused(22, RawClient.Msg(0, body[..^2]));
        await Refused(22, RawClient.Msg(0, body, [1, 200, 0, 0, 0, (byte)'a', 0]));
        await Refused(22, RawClient.Msg(0, body, [1, 6, 0, 0, 0, (byte)'a', (byte)'b']));
        await Refused(22, RawClient.Msg(0, body, RawClient.Sequence("a", [9, 0, 0, 0, 0x7e, (byte)'x', 0, 0, 0])));
        await _client.Send(RawClient.Msg(Ping));
        (await _client.ReceiveBody())["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task Too_many_sequences_close_the_connection()
    {
        await _client.Send(RawClient.Msg(0, RawClient.Sequence("a"), RawClient.Sequence("b"), RawClient.Sequence("c"), RawClient.Body(Ping)));
        (await _client.ReceiveBody())["code"].ShouldBe(233);
        (await _client.Receive()).ShouldBeNull();
    }

    [Theory]
    [InlineData(48_000_001)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(15)]
    public async Task A_length_out_of_range_closes_the_connection(int length)
    {
        await _client.Send(RawClient.Header(length, 2013));
        (await _client.Receive()).ShouldBeNull();
        await ServesOthers();
    }

    [Fact]
    public async Task A_message_of_the_largest_size_is_taken()
    {
        var frame = RawClient.Msg(0, RawClient.Sequence("documents"), RawClient.Body(Ping)).Length;
        var empty = new BsonDocument("data", new BsonBinaryData([])).ToBson().Length;
        var filler = new BsonDocument("data", new BsonBinaryData(new byte[48_000_000 - frame - empty])).ToBson();
        var message = RawClient.Msg(0, RawClient.Sequence("documents", filler), RawClient.Body(Ping));
        message.Length.ShouldBe(48_000_000);
        await _client.Send(message);
        (await _client.ReceiveBody())["ok"].ShouldBe(1.0);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(40)]
    public async Task A_truncated_message_closes_the_connection_and_no_other(int length)
    {
        await _client.Send(RawClient.Msg(Ping)[..length]);
        _client.EndSending();
        (await _client.Receive()).ShouldBeNull();
        await ServesOthers();
    }

    [Fact]
    public async Task Garbage_closes_the_connection_and_no_other()
    {
        await _client.Send(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        (await _client.Receive()).ShouldBeNull();
        await ServesOthers();
    }

    [Fact]
    public async Task A_compressed_message_is_refused_and_an_unknown_one_not_answered()
    {
        await _client.Send(RawClient.Header(16, 2012));
        (await _client.ReceiveBody())["code"].ShouldBe(17);
        (await _client.Receive()).ShouldBeNull();

        using var other = await RawClient.Connect(_server.Port);
        await other.Send(RawClient.Header(16, 2002));
        (await other.Receive()).ShouldBeNull();
    }

    private async Task Refused(int code, byte[] message)
    {
        await _client.Send(message);
        var reply = await _client.ReceiveBody();
        (reply["ok"].AsDouble, reply["code"].AsInt32).ShouldBe((0.0, code));
    }

    private async Task ServesOthers()
    {
        using var other = await RawClient.Connect(_server.Port);
        await other.Send(RawClient.Msg(Ping));
        (await other.ReceiveBody())["ok"].ShouldBe(1.0);
    }
}
