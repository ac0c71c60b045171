using BackupFunctions.Tests.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Members;

public sealed class RollbackTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_rollback_undoes_the_last_entries_and_what_they_did(int members)
    {
        await using var set = await RunningSet.Start(members);
        await set.Insert(1, 2);
        await set.Collection.UpdateOneAsync("{_id: 1}", "{$set: {x: 1}}");
        var kept = set.Controls.LastOptime;
        await set.Collection.DeleteOneAsync("{_id: 2}");
        await set.Collection.Database.CreateCollectionAsync("later");
        set.Controls.Rollback(2);

        // the client that was connected has a lost connection to each member, and a driver tries again once
        var client = set.Connect(set.Server.ConnectionString);
        var collection = client.GetDatabase("test").GetCollection<BsonDocument>("c");
        (await RunningSet.Ids(collection)).ShouldBe([1, 2]);
        (await collection.Find("{x: 1}").CountDocumentsAsync()).ShouldBe(1);
        (await (await collection.Database.ListCollectionNamesAsync()).ToListAsync()).ShouldBe(["c"]);
        await collection.InsertOneAsync(new BsonDocument("_id", 3));
        var oplog = await RunningSet.Oplog(client).Find(Builders<BsonDocument>.Filter.Gte("ts", kept)).ToListAsync();
        oplog.Select(e => e["op"].AsString).ShouldBe(["u", "n", "i"]);
        oplog.Select(e => e["t"].AsInt64).ShouldBe([1, 2, 2]);
        for (var i = 0; i < members; i++)
            (await set.Member(i).Run(new BsonDocument("replSetGetRBID", 1)))["rbid"].ShouldBe(2);
        set.Controls.Primary.ShouldBe(members == 1 ? 0 : 1);
        set.Controls.MajorityOptime.ShouldBe(set.Controls.LastOptime);
    }

    [Fact]
    public async Task A_rollback_takes_single_entries_of_one_command()
    {
        await using var set = await RunningSet.Start();
        await set.Collection.InsertManyAsync(Enumerable.Range(1, 5).Select(i => new BsonDocument("_id", i)));
        set.Controls.Rollback(2);
        (await RunningSet.Ids(set.Collection)).ShouldBe([1, 2, 3]);
        await set.Insert(4, 6);
        (await RunningSet.Ids(set.Collection)).ShouldBe([1, 2, 3, 4, 6]);
    }

    [Fact]
    public async Task Entries_of_the_new_term_may_have_the_timestamps_of_those_that_are_gone()
    {
        await using var set = await RunningSet.Start();
        await set.Insert(1, 2);
        set.Controls.JumpClock(TimeSpan.FromSeconds(-100)); // the second stands still
        await set.Insert(3);
        var gone = await Newest(set);
        set.Controls.Rollback(1, reuseTimestamps: true);
        var instead = await Newest(set);
        instead["ts"].ShouldBe(gone["ts"]);
        (gone["t"], instead["t"]).ShouldBe((1L, 2L));
    }

    [Fact]
    public async Task Cursors_and_connections_end_in_a_rollback()
    {
        await using var set = await RunningSet.Start();
        await set.Insert(1, 2, 3);
        using var cursor = await set.Collection.FindAsync("{}", new FindOptions<BsonDocument> { BatchSize = 1 });
        await cursor.MoveNextAsync();
        using var raw = await Wire.RawClient.Connect(set.Server.Port);
        await raw.Run("{ping: 1, $db: 'test'}");
        set.Controls.Rollback(1);
        await Should.ThrowAsync<MongoException>(async () =>
        {
            while (await cursor.MoveNextAsync())
            {
                // the cursor is gone
            }
        });
        (await raw.IsClosed()).ShouldBeTrue();
        (await RunningSet.Ids(set.Collection)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_primary_that_only_a_minority_followed_is_rolled_back_when_another_is_elected()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1);
        set.Controls.Hold(1);
        set.Controls.Hold(2);
        await set.Insert(2);
        await set.Controls.StopMember(0);
        set.Controls.Primary.ShouldBe(1);
        (await RunningSet.Ids(set.Collection)).ShouldBe([1]);
        set.Controls.StartMember(0);
        set.Controls.RollbackId(0).ShouldBe(2);
        (await RunningSet.Ids(set.Member(0).GetDatabase("test").GetCollection<BsonDocument>("c"))).ShouldBe([1]);
        (set.Controls.RollbackId(1), set.Controls.RollbackId(2)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_retryable_write_that_was_rolled_back_is_done_again()
    {
        await using var set = await RunningSet.Start();
        await set.Insert(1);
        var insert = BsonDocument.Parse("{insert: 'c', documents: [{_id: 2}], txnNumber: NumberLong(7), lsid: {id: UUID('00112233-4455-6677-8899-aabbccddeeff')}, $db: 'test'}");
        using (var client = await Wire.RawClient.Connect(set.Server.Port)) (await client.Run(insert))["n"].ShouldBe(1);
        set.Controls.Rollback(1);
        using (var client = await Wire.RawClient.Connect(set.Server.Port)) (await client.Run(insert)).Contains("retriedStmtIds").ShouldBeFalse();
        (await RunningSet.Ids(set.Collection)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task More_than_the_oplog_has_cannot_be_rolled_back()
    {
        await using var set = await RunningSet.Start();
        Should.Throw<ArgumentOutOfRangeException>(() => set.Controls.Rollback(1000));
        set.Controls.Term.ShouldBe(1);
    }

    private static Task<BsonDocument> Newest(RunningSet set) =>
        RunningSet.Oplog(set.Client).Find("{}").Sort("{$natural: -1}").FirstAsync();
}
