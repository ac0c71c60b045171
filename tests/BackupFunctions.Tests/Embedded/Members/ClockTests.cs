using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Embedded.Server;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Members;

public sealed class ClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task A_clock_that_jumps_forward_takes_the_optimes_along()
    {
        await using var set = await Running(new FakeTimeProvider(Start));
        await set.Insert(1);
        set.Controls.JumpClock(TimeSpan.FromDays(42));
        await set.Insert(2);
        set.Controls.LastOptime.ShouldBe(new BsonTimestamp((int)Start.AddDays(42).ToUnixTimeSeconds(), 1));
    }

    [Fact]
    public async Task A_clock_that_jumps_back_lets_the_increment_grow_on_the_last_second()
    {
        await using var set = await Running(new FakeTimeProvider(Start));
        await set.Insert(1);
        var last = set.Controls.LastOptime;
        set.Controls.JumpClock(TimeSpan.FromHours(-3));
        await set.Insert(2, 3);
        set.Controls.LastOptime.ShouldBe(new BsonTimestamp(last.Timestamp, last.Increment + 2));
        (await RunningSet.Oplog(set.Client).Find("{}").Sort("{$natural: -1}").FirstAsync())["wall"].ToUniversalTime().ShouldBe(Start.AddHours(-3).UtcDateTime);
    }

    [Fact]
    public async Task No_ops_are_written_when_nothing_else_is()
    {
        var time = new FakeTimeProvider(Start);
        await using var set = await RunningSet.Start(options: new EmbeddedMongoOptions { Time = time, NoopInterval = TimeSpan.FromSeconds(10) });
        using var cursor = await RunningSet.Oplog(set.Client).FindAsync(
            "{op: 'n', 'o.msg': 'periodic noop'}", new FindOptions<BsonDocument> { CursorType = CursorType.TailableAwait, MaxAwaitTime = TimeSpan.FromSeconds(20) });
        var before = set.Controls.LastOptime;
        time.Advance(TimeSpan.FromSeconds(10));
        do
        {
            (await cursor.MoveNextAsync()).ShouldBeTrue();
        }
        while (!cursor.Current.Any());
        cursor.Current.Single()["ts"].AsBsonTimestamp.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task Notes_and_no_ops_are_entries()
    {
        await using var set = await RunningSet.Start();
        var before = set.Controls.LastOptime;
        await set.Client.Run(BsonDocument.Parse("{appendOplogNote: 1, data: {msg: 'here', n: 1}}"));
        var noop = set.Controls.WriteNoop();
        var entries = await RunningSet.Oplog(set.Client).Find(Builders<BsonDocument>.Filter.Gt("ts", before)).ToListAsync();
        entries.ShouldAllBe(e => e["op"] == "n" && e["ns"] == "");
        entries[0]["o"].ShouldBe(BsonDocument.Parse("{msg: 'here', n: 1}"));
        (entries[1]["o"]["msg"].AsString, entries[1]["ts"]).ShouldBe(("periodic noop", noop));
    }

    [Fact]
    public async Task The_oplog_rolls_over_by_its_size_and_on_demand()
    {
        await using var set = await RunningSet.Start(options: new EmbeddedMongoOptions { OplogBytes = 10_000 });
        await set.Insert([.. Enumerable.Range(0, 200)]);
        var oplog = RunningSet.Oplog(set.Client);
        (await oplog.Find("{}").FirstAsync())["op"].ShouldBe("i");
        set.Controls.KeepOplogEntries(3);
        (await oplog.Find("{}").ToListAsync()).Select(e => e["o"]["_id"].AsInt32).ShouldBe([197, 198, 199]);
        set.Controls.DropOplogBefore(set.Controls.LastOptime);
        (await oplog.Find("{}").ToListAsync()).Select(e => e["o"]["_id"].AsInt32).ShouldBe([199]);
        (await RunningSet.Ids(set.Collection)).Count.ShouldBe(200);
    }

    private static Task<RunningSet> Running(FakeTimeProvider time) => RunningSet.Start(options: new EmbeddedMongoOptions { Time = time });
}
