using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Servers;

namespace BackupFunctions.Tests.Embedded.Members;

public sealed class MemberTests
{
    [Fact]
    public async Task The_driver_finds_a_primary_and_two_secondaries()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1);
        var reads = set.Collection.WithReadPreference(ReadPreference.Secondary);
        (await RunningSet.Ids(reads)).ShouldBe([1]);
        set.Client.Cluster.Description.Type.ShouldBe(ClusterType.ReplicaSet);
        set.Client.Cluster.Description.Servers.Count.ShouldBe(3);

        var status = await set.Client.Run(new BsonDocument("replSetGetStatus", 1));
        status["members"].AsBsonArray.Select(m => m["stateStr"].AsString).ShouldBe(["PRIMARY", "SECONDARY", "SECONDARY"]);
        status["members"].AsBsonArray.Select(m => m["name"].AsString).ShouldBe(set.Controls.Hosts);
        status["majorityVoteCount"].ShouldBe(2);
        (await set.Client.Run(new BsonDocument("replSetGetConfig", 1)))["config"]["members"].AsBsonArray.Count.ShouldBe(3);
        var hello = await set.Member(2).Run(new BsonDocument("hello", 1));
        (hello["secondary"].AsBoolean, hello["primary"].AsString, hello["me"].AsString).ShouldBe((true, set.Controls.Hosts[0], set.Controls.Hosts[2]));
        hello.Contains("electionId").ShouldBeFalse();
    }

    [Fact]
    public async Task A_secondary_refuses_writes_and_reads_that_do_not_allow_secondaries()
    {
        await using var set = await RunningSet.Start(members: 2);
        await set.Insert(1);
        using var client = await Wire.RawClient.Connect(int.Parse(set.Controls.Hosts[1].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        var insert = await client.Run("{insert: 'c', documents: [{}], txnNumber: NumberLong(1), $db: 'test'}");
        (insert["code"], insert["codeName"], insert["errorLabels"][0]).ShouldBe((10107, "NotWritablePrimary", "RetryableWriteError"));
        insert["topologyVersion"]["counter"].ShouldBe(0L);
        (await client.Run("{find: 'c', $db: 'test'}"))["code"].ShouldBe(13435);
        (await client.Run("{find: 'c', $db: 'test', $readPreference: {mode: 'secondary'}}"))["cursor"]["firstBatch"].AsBsonArray.Count.ShouldBe(1);
        (await client.Run("{ping: 1, $db: 'test'}"))["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task Writes_go_on_after_a_step_down_and_the_new_primary_says_so_in_the_oplog()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1);
        using var cursor = await set.Member(0).GetDatabase("test").GetCollection<BsonDocument>("c").FindAsync("{}", new FindOptions<BsonDocument> { BatchSize = 1 });
        (await set.Client.Run(new BsonDocument { { "replSetStepDown", 10 }, { "secondaryCatchUpPeriodSecs", 5 } }))["ok"].ShouldBe(1.0);
        set.Controls.Primary.ShouldBe(1);
        await set.Insert(2);
        (await cursor.ToListAsync()).Count.ShouldBe(1);

        var entries = await RunningSet.Oplog(set.Client).Find("{t: 2}").ToListAsync();
        entries[0]["op"].ShouldBe("n");
        entries[0]["o"].ShouldBe(new BsonDocument("msg", "new primary"));
        entries[1]["o"].ShouldBe(new BsonDocument("_id", 2));
        var hello = await set.Member(1).Run(new BsonDocument("hello", 1));
        (hello["isWritablePrimary"].AsBoolean, hello["electionId"].AsObjectId).ShouldBe((true, new ObjectId("7fffffff0000000000000002")));
        hello["lastWrite"]["opTime"]["t"].ShouldBe(2L);
    }

    [Fact]
    public async Task A_set_of_one_steps_down_by_force_only_and_is_elected_again()
    {
        await using var set = await RunningSet.Start();
        (await Should.ThrowAsync<MongoCommandException>(() => set.Client.Run(new BsonDocument("replSetStepDown", 1)))).Code.ShouldBe(262);
        set.Controls.StepDown().ShouldBe(0);
        set.Controls.Term.ShouldBe(2);
        await set.Insert(1);
    }

    [Fact]
    public async Task A_waiting_hello_is_answered_when_the_topology_changes()
    {
        await using var set = await RunningSet.Start(members: 3);
        using var client = set.Member(2);
        var hello = await client.Run(new BsonDocument("hello", 1));
        var waiting = client.Run(new BsonDocument { { "hello", 1 }, { "topologyVersion", hello["topologyVersion"] }, { "maxAwaitTimeMS", 20_000 } });
        set.Controls.StepDown();
        var next = await waiting;
        next["primary"].ShouldBe(set.Controls.Hosts[1]);
        next["topologyVersion"]["counter"].AsInt64.ShouldBeGreaterThan(hello["topologyVersion"]["counter"].AsInt64);
    }

    [Fact]
    public async Task The_set_survives_the_loss_of_its_primary_but_not_of_a_majority()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1);
        await set.Controls.StopMember(0);
        set.Controls.Primary.ShouldBe(1);
        await set.Insert(2);
        set.Controls.MajorityOptime.ShouldBe(set.Controls.LastOptime);

        await set.Controls.StopMember(1);
        set.Controls.Primary.ShouldBeNull();
        var left = set.Member(2);
        (await RunningSet.Ids(left.GetDatabase("test").GetCollection<BsonDocument>("c"))).ShouldBe([1, 2]);
        (await left.Run(new BsonDocument("hello", 1))).Contains("primary").ShouldBeFalse();
        (await left.Run(new BsonDocument("replSetGetStatus", 1)))["members"].AsBsonArray.Select(m => m["health"].AsDouble).ShouldBe([0.0, 0.0, 1.0]);

        set.Controls.StartMember(0);
        await set.Insert(3);
        set.Controls.AppliedOptime(0).ShouldBe(set.Controls.LastOptime);
        set.Controls.RollbackId(0).ShouldBe(1);
    }

    [Fact]
    public async Task A_member_keeps_the_state_of_an_older_optime()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1);
        var old = set.Controls.LastOptime;
        await set.Insert(2);
        set.Controls.Hold(2, old);
        var lagging = set.Member(2);
        (await RunningSet.Ids(lagging.GetDatabase("test").GetCollection<BsonDocument>("c"))).ShouldBe([1]);
        (await lagging.Run(new BsonDocument("hello", 1)))["lastWrite"]["opTime"]["ts"].ShouldBe(old);
        var status = await set.Client.Run(new BsonDocument("replSetGetStatus", 1));
        status["members"][2]["optime"]["ts"].ShouldBe(old);
        status["optimes"]["lastCommittedOpTime"]["ts"].ShouldBe(set.Controls.LastOptime);
        set.Controls.Release(2);
        (await RunningSet.Ids(lagging.GetDatabase("test").GetCollection<BsonDocument>("c"))).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_majority_write_waits_for_the_majority()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(0);
        set.Controls.Hold(1);
        set.Controls.Hold(2);
        var impatient = set.Collection.WithWriteConcern(WriteConcern.WMajority.With(wTimeout: TimeSpan.FromMilliseconds(20)));
        (await Should.ThrowAsync<MongoWriteException>(() => impatient.InsertOneAsync(new BsonDocument("_id", 1)))).WriteConcernError.Code.ShouldBe(64);
        var writing = set.Collection.WithWriteConcern(WriteConcern.WMajority).InsertOneAsync(new BsonDocument("_id", 2));
        set.Controls.Release(2);
        await writing;
        (await Should.ThrowAsync<MongoWriteException>(() => set.Collection.WithWriteConcern(new WriteConcern(4)).InsertOneAsync(new BsonDocument("_id", 3))))
            .WriteConcernError.Code.ShouldBe(100);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Other_numbers_of_members_are_refused(int members) =>
        await Should.ThrowAsync<ArgumentException>(() => EmbeddedMongoServer.Start(new EmbeddedMongoOptions { Members = members }));
}
