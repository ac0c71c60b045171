using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Members;

public sealed class TailableCursorTests
{
    [Fact]
    public async Task A_tail_of_the_oplog_gives_entries_as_they_are_written()
    {
        await using var set = await RunningSet.Start();
        using var cursor = await Tail(set.Client, set.Controls.LastOptime, CursorType.TailableAwait);
        var seen = new List<BsonDocument>();
        await set.Insert(1);
        await Read(cursor, seen, 2);
        var waiting = Read(cursor, seen, 3);
        await set.Insert(2);
        await waiting;
        seen.Select(e => e["op"].AsString).ShouldBe(["c", "i", "i"]);
        seen[2]["o"].ShouldBe(new BsonDocument("_id", 2));
    }

    [Fact]
    public async Task An_awaiting_tail_gives_an_empty_batch_when_its_time_is_up_and_stays_open()
    {
        await using var set = await RunningSet.Start();
        using var cursor = await Tail(set.Client, set.Controls.LastOptime, CursorType.TailableAwait, TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 3; i++)
        {
            (await cursor.MoveNextAsync()).ShouldBeTrue();
            cursor.Current.ShouldBeEmpty();
        }
        await set.Insert(1);
        var seen = new List<BsonDocument>();
        await Read(cursor, seen, 2);
    }

    [Fact]
    public async Task A_tail_over_what_rolled_over_fails_with_CappedPositionLost()
    {
        await using var set = await RunningSet.Start();
        await set.Insert(1, 2, 3);
        using var cursor = await Tail(set.Client, new BsonTimestamp(0, 0), CursorType.Tailable);
        await Read(cursor, [], 3);
        await set.Insert(4, 5);
        set.Controls.KeepOplogEntries(1);
        (await Should.ThrowAsync<MongoCommandException>(() => cursor.MoveNextAsync())).Code.ShouldBe(136);
    }

    [Fact]
    public async Task A_plain_cursor_over_what_rolled_over_fails_too_and_else_reads_what_came_meanwhile()
    {
        await using var set = await RunningSet.Start();
        await set.Insert(1, 2, 3);
        var options = new FindOptions<BsonDocument> { BatchSize = 2 };
        using var lost = await RunningSet.Oplog(set.Client).FindAsync(FilterDefinition<BsonDocument>.Empty, options);
        using var kept = await RunningSet.Oplog(set.Client).FindAsync("{op: 'i', ns: 'test.c'}", options);
        await lost.MoveNextAsync();
        await kept.MoveNextAsync();
        await set.Insert(4);
        (await kept.ToListAsync()).Select(e => e["o"]["_id"].AsInt32).ShouldBe([3, 4]);
        set.Controls.DropOplogBefore(set.Controls.LastOptime);
        (await Should.ThrowAsync<MongoCommandException>(() => lost.MoveNextAsync())).Code.ShouldBe(136);
    }

    [Fact]
    public async Task A_capped_collection_of_a_user_is_tailed_until_it_is_dropped()
    {
        await using var set = await RunningSet.Start();
        var database = set.Client.GetDatabase("test");
        await database.CreateCollectionAsync("capped", new CreateCollectionOptions { Capped = true, MaxSize = 100_000 });
        var capped = database.GetCollection<BsonDocument>("capped");
        await capped.InsertOneAsync(new BsonDocument("_id", 1));
        using var cursor = await capped.FindAsync("{_id: {$gt: 1}}", new FindOptions<BsonDocument> { CursorType = CursorType.Tailable });
        (await cursor.MoveNextAsync()).ShouldBeTrue();
        cursor.Current.ShouldBeEmpty();
        await capped.InsertOneAsync(new BsonDocument("_id", 2));
        (await cursor.MoveNextAsync()).ShouldBeTrue();
        cursor.Current.Single()["_id"].AsInt32.ShouldBe(2);
        await database.DropCollectionAsync("capped");
        (await Should.ThrowAsync<MongoCommandException>(() => cursor.MoveNextAsync())).Code.ShouldBe(175);
    }

    [Fact]
    public async Task A_tail_with_majority_read_concern_waits_for_the_majority()
    {
        await using var set = await RunningSet.Start(members: 3);
        var oplog = RunningSet.Oplog(set.Client).WithReadConcern(ReadConcern.Majority);
        using var cursor = await oplog.FindAsync(
            Builders<BsonDocument>.Filter.Gt("ts", set.Controls.LastOptime),
            new FindOptions<BsonDocument> { CursorType = CursorType.TailableAwait, MaxAwaitTime = TimeSpan.FromMilliseconds(20) });
        set.Controls.Hold(1);
        set.Controls.Hold(2);
        await set.Insert(1);
        for (var i = 0; i < 3; i++)
        {
            (await cursor.MoveNextAsync()).ShouldBeTrue();
            cursor.Current.ShouldBeEmpty();
        }
        set.Controls.Release(1);
        await Read(cursor, [], 2);
    }

    [Fact]
    public async Task A_cursor_that_waits_ends_when_it_is_killed()
    {
        var server = new EmbeddedServer();
        var id = server.Run("{find: 'oplog.rs', filter: {op: 'x'}, tailable: true, awaitData: true}", "local")["cursor"]["id"].AsInt64;
        var waiting = Task.Run(WaitUntilKilled);
        while (!IsInUse()) await Task.Yield();
        server.Run($"{{killCursors: 'oplog.rs', cursors: [NumberLong('{id}')]}}", "local")["cursorsKilled"].AsBsonArray.Count.ShouldBe(1);
        (await waiting).ShouldBe(237);

        // The other call may have the cursor for a moment.
        int WaitUntilKilled()
        {
            int code;
            do code = server.Fails($"{{getMore: NumberLong('{id}'), collection: 'oplog.rs', maxTimeMS: 60000}}", "local");
            while (code == 12051);
            return code;
        }

        bool IsInUse()
        {
            try
            {
                server.Run($"{{getMore: NumberLong('{id}'), collection: 'oplog.rs', maxTimeMS: 1}}", "local");
                return false;
            }
            catch (CommandException e) when (e.Code == 12051)
            {
                return true;
            }
        }
    }

    [Theory]
    [InlineData("{find: 'c', tailable: true}", 2)]
    [InlineData("{find: 'oplog.rs', awaitData: true}", 9)]
    [InlineData("{find: 'oplog.rs', tailable: true, sort: {$natural: -1}}", 2)]
    [InlineData("{find: 'oplog.rs', tailable: true, singleBatch: true}", 2)]
    public void What_cannot_be_tailed_is_refused(string find, int code)
    {
        var server = new EmbeddedServer();
        server.Run("{insert: 'c', documents: [{}]}", "local");
        server.Fails(find, "local").ShouldBe(code);
    }

    [Theory]
    [InlineData("{ts: {$gte: #}}", 3)]
    [InlineData("{ts: {$gt: #}}", 2)]
    [InlineData("{ts: #}", 1)]
    [InlineData("{$and: [{ts: {$gt: #}}, {op: 'i'}]}", 2)]
    [InlineData("{ts: {$gte: #, $lt: Timestamp(4000000000, 1)}}", 3)]
    public void A_range_of_optimes_starts_and_ends_where_it_lies(string filter, int count)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}");
        var start = server.Store.LastOptime;
        server.Insert("c", "{_id: 2}", "{_id: 3}");
        var text = filter.Replace("#", $"Timestamp({start.Timestamp}, {start.Increment})", StringComparison.Ordinal);
        server.Find($"{{find: 'oplog.rs', filter: {text}}}", "local").Count.ShouldBe(count);
    }

    private static Task<IAsyncCursor<BsonDocument>> Tail(IMongoClient client, BsonTimestamp after, CursorType type, TimeSpan? wait = null) =>
        RunningSet.Oplog(client).FindAsync(
            Builders<BsonDocument>.Filter.Gt("ts", after),
            new FindOptions<BsonDocument> { CursorType = type, MaxAwaitTime = type == CursorType.TailableAwait ? wait ?? TimeSpan.FromSeconds(20) : null });

    private static async Task Read(IAsyncCursor<BsonDocument> cursor, List<BsonDocument> seen, int count)
    {
        while (seen.Count < count)
        {
            (await cursor.MoveNextAsync()).ShouldBeTrue();
            seen.AddRange(cursor.Current);
        }
    }
}
