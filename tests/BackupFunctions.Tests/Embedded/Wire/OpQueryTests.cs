using BackupFunctions.Embedded.Wire;
using BackupFunctions.Tests.Embedded.Server;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded.Wire;

public sealed class OpQueryTests
{
    [Theory]
    [InlineData("{ isMaster: 1, helloOk: true }")]
    [InlineData("{ $query: { ismaster: 1, helloOk: true }, $readPreference: { mode: 'primary' } }")]
    public async Task A_legacy_hello_is_answered_with_one_document(string query)
    {
        await using var server = await TestServer.Start();
        using var client = await RawClient.Connect(server.Port);
        await client.Send(Query("admin.$cmd", BsonDocument.Parse(query).ToBson()));
        var (flags, hello) = await Receive(client);
        flags.ShouldBe(0);
        hello["ismaster"].AsBoolean.ShouldBeTrue();
        hello["helloOk"].AsBoolean.ShouldBeTrue();
        hello["maxWireVersion"].ShouldBe(21);
        hello["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task Another_legacy_command_is_refused()
    {
        await using var server = await TestServer.Start();
        using var client = await RawClient.Connect(server.Port);
        await client.Send(Query("test.$cmd", new BsonDocument("ping", 1).ToBson()));
        var (flags, error) = await Receive(client);
        flags.ShouldBe(2);
        (error["code"].AsInt32, error["codeName"].AsString).ShouldBe((352, "UnsupportedOpQueryCommand"));
    }

    [Fact]
    public async Task A_legacy_query_of_a_collection_or_a_broken_one_closes_the_connection()
    {
        await using var server = await TestServer.Start();
        byte[][] broken = [Query("test.things", new BsonDocument().ToBson()), Query("admin.$cmd", [5, 0, 0, 0, 1]), RawClient.Header(16, 2004)];
        foreach (var message in broken)
        {
            using var client = await RawClient.Connect(server.Port);
            await client.Send(message);
            (await client.Receive()).ShouldBeNull();
        }
    }

    private static byte[] Query(string collection, byte[] query)
    {
        byte[] content = [.. RawClient.Int32(0), .. System.Text.Encoding.UTF8.GetBytes(collection), 0, .. RawClient.Int32(0), .. RawClient.Int32(-1), .. query];
        return [.. RawClient.Header(16 + content.Length, 2004), .. content];
    }

    private static async Task<(int Flags, BsonDocument Document)> Receive(RawClient client)
    {
        var message = (await client.Receive()).ShouldNotBeNull();
        var header = MessageHeader.Read(message);
        (header.ResponseTo, header.OpCode).ShouldBe((RawClient.RequestId, 1));
        BitConverter.ToInt32(message, 32).ShouldBe(1);
        return (BitConverter.ToInt32(message, 16), new RawBsonDocument(message[36..]));
    }
}
