using System.Net;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Servers;

namespace BackupFunctions.Tests.Embedded.Server;

public sealed class ReplicaSetConnectionTests
{
    [Fact]
    public async Task The_driver_connects_as_to_a_replica_set_and_finds_its_primary()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { ReplicaSet = "set one" });
        using var client = TestServer.Client(server);

        (await client.Run(new BsonDocument("ping", 1)))["ok"].ShouldBe(1.0);

        client.Cluster.Description.Type.ShouldBe(ClusterType.ReplicaSet);
        var member = client.Cluster.Description.Servers.ShouldHaveSingleItem();
        member.Type.ShouldBe(ServerType.ReplicaSetPrimary);
        member.EndPoint.ShouldBe(new IPEndPoint(IPAddress.Loopback, server.Port));
        member.ReplicaSetConfig.Name.ShouldBe("set one");
        member.MaxMessageSize.ShouldBe(48_000_000);
        member.LogicalSessionTimeout.ShouldBe(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task A_client_that_expects_another_set_name_finds_no_server()
    {
        await using var server = await TestServer.Start();
        var refusal = await TestServer.RefusalOf($"mongodb://127.0.0.1:{server.Port}/?replicaSet=other");
        refusal.ShouldBeOfType<TimeoutException>();
    }

    [Fact]
    public async Task The_advertised_host_is_what_clients_are_sent_to()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Address = IPAddress.Any, Host = "localhost" });
        server.ConnectionString.ShouldBe($"mongodb://localhost:{server.Port}/?replicaSet=rs0");
        using var client = TestServer.Client($"mongodb://127.0.0.1:{server.Port}/?directConnection=true");
        (await client.Run(new BsonDocument("hello", 1)))["hosts"][0].AsString.ShouldBe($"localhost:{server.Port}");
    }

    [Fact]
    public async Task Hello_tells_the_optime_of_the_oplog_and_every_reply_the_cluster_time()
    {
        await using var server = await TestServer.Start();
        using var client = TestServer.Client(server);
        var last = await client.GetDatabase("local").GetCollection<BsonDocument>("oplog.rs").Find(FilterDefinition<BsonDocument>.Empty)
            .Sort("{$natural: -1}").FirstAsync();
        var hello = await client.Run(new BsonDocument("hello", 1));

        hello["lastWrite"]["opTime"].ShouldBe(new BsonDocument { { "ts", last["ts"] }, { "t", 1L } });
        hello["lastWrite"]["lastWriteDate"].ShouldBe(last["wall"]);
        hello["operationTime"].ShouldBe(last["ts"]);
        hello["$clusterTime"]["clusterTime"].ShouldBe(last["ts"]);
        hello["$clusterTime"]["signature"]["hash"].AsByteArray.ShouldBe(new byte[20]);
        hello["topologyVersion"]["counter"].ShouldBe(0L);
    }

    [Fact]
    public async Task Sessions_are_started_used_and_ended()
    {
        await using var server = await TestServer.Start();
        using var client = TestServer.Client(server);
        using (var session = await client.StartSessionAsync())
        {
            var reply = await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(session, new BsonDocument("echo", 1));
            reply["body"]["lsid"].ShouldBe(session.ServerSession.Id);
            session.ClusterTime.ShouldNotBeNull();
        }

        var started = await client.Run(new BsonDocument("startSession", 1));
        started["id"]["id"].AsBsonBinaryData.SubType.ShouldBe(BsonBinarySubType.UuidStandard);
        (await client.Run(new BsonDocument("endSessions", new BsonArray { started["id"] })))["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task Stopping_closes_connections_and_frees_the_port()
    {
        var server = await TestServer.Start();
        using var client = TestServer.Client(server, settings => settings.ServerSelectionTimeout = TimeSpan.FromSeconds(2));
        await client.Run(new BsonDocument("ping", 1));
        await server.DisposeAsync();
        await server.DisposeAsync();

        await using var next = await TestServer.Start(new EmbeddedMongoOptions { Port = server.Port });
        next.Port.ShouldBe(server.Port);
    }
}
