using BackupFunctions.Tests.Embedded.Server;
using CsCheck;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded.Wire;

public sealed class DamagedMessageTests
{
    private static readonly byte[] Message = RawClient.Msg(
        0,
        RawClient.Sequence("documents", new BsonDocument { { "a", 1 }, { "b", new BsonArray { "x", true } } }.ToBson()),
        RawClient.Body(new BsonDocument { { "echo", 1 }, { "$db", "admin" }, { "lsid", new BsonDocument("id", new BsonBinaryData(new byte[16])) } }));

    // a connection that fails by an error of the server, and not as the protocol says, makes its disposal throw
    [Fact]
    public async Task Damage_is_answered_or_ends_the_connection_and_never_breaks_the_server()
    {
        await using var server = await TestServer.Start();
        var damage = Gen.Select(Gen.Int[12, Message.Length - 1], Gen.Byte).Array[1, 4];
        await damage.SampleAsync(
            async changes =>
            {
                var bytes = Message.ToArray();
                foreach (var (at, value) in changes) bytes[at] = value;
                using var client = await RawClient.Connect(server.Port);
                await client.Send(bytes);
                client.EndSending();
                while (await client.Receive() is not null)
                {
                }
            },
            iter: 300,
            threads: 2);

        using var last = await RawClient.Connect(server.Port);
        await last.Send(Message);
        (await last.ReceiveBody())["ok"].ShouldBe(1.0);
    }
}
