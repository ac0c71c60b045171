using BackupFunctions.Embedded.Server;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Members;

public sealed class ReadConcernTests
{
    [Fact]
    public async Task A_snapshot_session_reads_one_cluster_time_over_all_its_reads_and_batches()
    {
        await using var set = await RunningSet.Start();
        await set.Insert([.. Enumerable.Range(0, 300)]);
        using var session = await set.Client.StartSessionAsync(new ClientSessionOptions { Snapshot = true });
        var options = new FindOptions<BsonDocument> { BatchSize = 100 };
        using var cursor = await set.Collection.FindAsync(session, FilterDefinition<BsonDocument>.Empty, options);
        await set.Collection.DeleteManyAsync("{_id: {$gte: 100}}");
        await set.Collection.UpdateManyAsync("{}", "{$set: {x: 1}}");

        (await cursor.ToListAsync()).ShouldBe(Enumerable.Range(0, 300).Select(i => new BsonDocument("_id", i)));
        (await set.Collection.Aggregate(session).Match("{_id: {$gte: 200}}").ToListAsync()).Count.ShouldBe(100);
        (await set.Collection.Distinct<int>(session, "_id", "{}").ToListAsync()).Count.ShouldBe(300);
        (await set.Collection.CountDocumentsAsync("{}")).ShouldBe(100);
    }

    [Fact]
    public async Task Parallel_readers_share_a_snapshot_time()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1, 2, 3);
        var time = set.Controls.MajorityOptime;
        await set.Insert(4, 5);
        await set.Collection.DeleteOneAsync("{_id: 2}");
        var readers = Enumerable.Range(0, 8).Select(async _ =>
        {
            using var session = await set.Client.StartSessionAsync(new ClientSessionOptions { Snapshot = true, SnapshotTime = time });
            var collection = set.Collection.WithReadPreference(ReadPreference.SecondaryPreferred);
            return (await collection.Find(session, "{}").ToListAsync()).Select(d => d["_id"].AsInt32);
        });
        foreach (var ids in await Task.WhenAll(readers)) ids.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Every_entry_of_one_command_is_a_time_that_can_be_read()
    {
        await using var set = await RunningSet.Start();
        await set.Insert(0);
        await set.Collection.InsertManyAsync(Enumerable.Range(1, 3).Select(i => new BsonDocument("_id", i)));
        var inserts = await RunningSet.Oplog(set.Client).Find("{op: 'i', ns: 'test.c'}").ToListAsync();
        for (var i = 0; i < 4; i++)
            (await IdsAt(set, inserts[i]["ts"].AsBsonTimestamp)).ShouldBe(Enumerable.Range(0, i + 1));
    }

    [Fact]
    public void Replies_say_which_time_was_read()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}", "{_id: 2}");
        var find = server.Run("{find: 'c', batchSize: 1, readConcern: {level: 'snapshot'}}")["cursor"];
        var time = find["atClusterTime"];
        time.ShouldBe(server.Store.LastOptime);
        server.Insert("c", "{_id: 3}");
        var more = server.Run($"{{getMore: NumberLong('{find["id"]}'), collection: 'c'}}")["cursor"];
        (more["atClusterTime"], more["nextBatch"].AsBsonArray.Count).ShouldBe((time, 1));
        server.Run("{aggregate: 'c', pipeline: [], cursor: {}, readConcern: {level: 'snapshot'}}")["cursor"]["atClusterTime"].ShouldBe(server.Store.LastOptime);
        server.Run("{distinct: 'c', key: '_id', readConcern: {level: 'snapshot'}}")["atClusterTime"].ShouldBe(server.Store.LastOptime);
    }

    [Fact]
    public async Task A_snapshot_older_than_the_window_is_too_old_also_for_an_open_cursor()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var set = await RunningSet.Start(options: new EmbeddedMongoOptions { Time = time });
        await set.Insert(1, 2, 3);
        var old = set.Controls.LastOptime;
        using var session = await set.Client.StartSessionAsync(new ClientSessionOptions { Snapshot = true, SnapshotTime = old });
        using var cursor = await set.Collection.FindAsync(session, "{}", new FindOptions<BsonDocument> { BatchSize = 2 });
        await cursor.MoveNextAsync();

        time.Advance(TimeSpan.FromSeconds(299));
        await set.Insert(4);
        (await IdsAt(set, old)).ShouldBe([1, 2, 3]);
        time.Advance(TimeSpan.FromSeconds(2));
        await set.Insert(5);
        (await Should.ThrowAsync<MongoCommandException>(() => IdsAt(set, old))).Code.ShouldBe(239);
        (await Should.ThrowAsync<MongoCommandException>(() => cursor.MoveNextAsync())).Code.ShouldBe(239);
    }

    [Fact]
    public void The_window_is_set_by_a_parameter_and_the_history_is_bounded_by_it()
    {
        var server = new EmbeddedServer();
        server.Store.History.WindowSeconds = 10;
        for (var i = 0; i < 100; i++)
        {
            server.Insert("c", "{}");
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }
        server.Store.History.Count.ShouldBeInRange(10, 13);
    }

    [Fact]
    public void The_history_is_bounded_by_the_bytes_that_it_keeps()
    {
        var server = new EmbeddedServer(historyBytes: 1 << 20);
        for (var i = 0; i < 50; i++)
        {
            var update = new BsonDocument { { "q", new BsonDocument("_id", 1) }, { "u", new BsonDocument { { "n", i }, { "b", new byte[100_000] } } }, { "upsert", true } };
            server.Run(new BsonDocument { { "update", "c" }, { "updates", new BsonArray { update } } });
        }
        server.Store.History.Count.ShouldBeInRange(5, 15);
    }

    [Theory]
    [InlineData("{drop: 'c'}")]
    [InlineData("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a'}]}")]
    [InlineData("{collMod: 'c', validator: {a: 1}}")]
    [InlineData("{create: 'other'}")]
    public void A_collection_that_changed_since_the_snapshot_is_unavailable(string change)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}");
        var at = server.Store.LastOptime;
        server.Run(change);
        var name = change.Contains("other", StringComparison.Ordinal) ? "other" : "c";
        server.Fails($"{{find: '{name}', readConcern: {At(at)}}}").ShouldBe(246);
    }

    [Fact]
    public void Capped_collections_refuse_snapshots()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'capped', capped: true, size: 4096}");
        server.Run("{create: 'view', viewOn: 'capped'}");
        foreach (var name in new[] { "capped", "view" }) server.Fails($"{{find: '{name}', readConcern: {{level: 'snapshot'}}}}").ShouldBe(246);
        server.Fails("{find: 'oplog.rs', readConcern: {level: 'snapshot'}}", "local").ShouldBe(246);
    }

    [Theory]
    [InlineData("{count: 'c', readConcern: {level: 'snapshot'}}", 72)]
    [InlineData("{find: 'c', readConcern: {level: 'local', atClusterTime: Timestamp(1, 1)}}", 72)]
    [InlineData("{find: 'c', readConcern: {level: 'snapshot', atClusterTime: Timestamp(4000000000, 1)}}", 72)]
    [InlineData("{find: 'c', readConcern: {afterClusterTime: Timestamp(4000000000, 1)}}", 72)]
    [InlineData("{find: 'c', readConcern: {level: 'snapshot', atClusterTime: Timestamp(1, 1)}}", 239)]
    [InlineData("{find: 'c', readConcern: {level: 'whatever'}}", 9)]
    public void Read_concerns_that_cannot_be_met_are_refused(string command, int code) => new EmbeddedServer().Fails(command).ShouldBe(code);

    [Fact]
    public async Task Majority_reads_show_nothing_beyond_the_majority_commit_point()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1);
        var committed = set.Controls.LastOptime;
        set.Controls.Hold(1);
        await set.Insert(2);
        set.Controls.MajorityOptime.ShouldBe(set.Controls.LastOptime);
        set.Controls.Hold(2);
        var standing = set.Controls.MajorityOptime;
        await set.Insert(3);

        set.Controls.MajorityOptime.ShouldBe(standing);
        var majority = set.Collection.WithReadConcern(ReadConcern.Majority);
        (await RunningSet.Ids(majority)).ShouldBe([1, 2]);
        (await RunningSet.Ids(set.Collection)).ShouldBe([1, 2, 3]);
        var lagging = Direct(set, 1);
        (await RunningSet.Ids(lagging)).ShouldBe([1]);
        (await RunningSet.Ids(lagging.WithReadConcern(ReadConcern.Majority))).ShouldBe([1]);
        (await RunningSet.Oplog(set.Member(1)).Find("{}").Sort("{$natural: -1}").FirstAsync())["ts"].ShouldBe(committed);
        (await RunningSet.Oplog(set.Client).WithReadConcern(ReadConcern.Majority).Find("{}").Sort("{$natural: -1}").FirstAsync())["ts"].ShouldBe(standing);

        set.Controls.Release(2);
        (await RunningSet.Ids(majority)).ShouldBe([1, 2, 3]);
        (await RunningSet.Ids(lagging)).ShouldBe([1]);
    }

    [Fact]
    public async Task A_causal_read_waits_until_a_lagging_member_has_what_the_client_wrote()
    {
        await using var set = await RunningSet.Start(members: 3);
        await set.Insert(1);
        set.Controls.Hold(1);
        await set.Insert(2);
        var concern = new BsonDocument { { "level", "local" }, { "afterClusterTime", set.Controls.LastOptime } };
        var find = new BsonDocument { { "find", "c" }, { "readConcern", concern }, { "maxTimeMS", 30 } };
        var lagging = set.Member(1).GetDatabase("test");
        await Should.ThrowAsync<MongoExecutionTimeoutException>(() => lagging.RunCommandAsync<BsonDocument>(find, ReadPreference.SecondaryPreferred));
        var waiting = lagging.RunCommandAsync<BsonDocument>(find.Set("maxTimeMS", 20_000), ReadPreference.SecondaryPreferred);
        set.Controls.Release(1);
        (await waiting)["cursor"]["firstBatch"].AsBsonArray.Count.ShouldBe(2);
    }

    private static IMongoCollection<BsonDocument> Direct(RunningSet set, int member) => set.Member(member).GetDatabase("test").GetCollection<BsonDocument>("c");

    private static async Task<List<int>> IdsAt(RunningSet set, BsonTimestamp time)
    {
        using var session = await set.Client.StartSessionAsync(new ClientSessionOptions { Snapshot = true, SnapshotTime = time });
        return [.. (await set.Collection.Find(session, "{}").Sort("{_id: 1}").ToListAsync()).Select(d => d["_id"].AsInt32)];
    }

    private static string At(BsonTimestamp time) => $"{{level: 'snapshot', atClusterTime: Timestamp({time.Timestamp}, {time.Increment})}}";
}
