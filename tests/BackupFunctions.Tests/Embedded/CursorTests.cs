using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class CursorTests
{
    [Theory]
    [InlineData("{find: 'c'}", 101, true)]
    [InlineData("{find: 'c', batchSize: 7}", 7, true)]
    [InlineData("{find: 'c', batchSize: 0}", 0, true)]
    [InlineData("{find: 'c', batchSize: 7, singleBatch: true}", 7, false)]
    [InlineData("{find: 'c', limit: 5}", 5, false)]
    [InlineData("{find: 'c', limit: 150, batchSize: 100}", 100, true)]
    [InlineData("{find: 'c', batchSize: 1000}", 300, false)]
    [InlineData("{aggregate: 'c', pipeline: [], cursor: {}}", 101, true)]
    [InlineData("{aggregate: 'c', pipeline: [{$limit: 9}], cursor: {batchSize: 3}}", 3, true)]
    [InlineData("{aggregate: 'c', pipeline: [{$limit: 9}], cursor: {}}", 9, false)]
    public void First_batches_are_bounded_by_count(string command, int count, bool open)
    {
        var cursor = Filled().Run(command)["cursor"];
        cursor["firstBatch"].AsBsonArray.Count.ShouldBe(count);
        (cursor["id"].AsInt64 != 0).ShouldBe(open);
        cursor["ns"].AsString.ShouldBe("test.c");
    }

    [Fact]
    public void Batches_together_give_all_documents_once()
    {
        var server = Filled();
        foreach (var size in new[] { 1, 7, 100, 300, 301 })
        {
            server.Find($"{{find: 'c', batchSize: {size}}}").Select(d => d["_id"].AsInt32).ShouldBe(Enumerable.Range(0, 300));
        }
    }

    [Fact]
    public void Batches_are_bounded_by_16_MiB_and_hold_at_least_one_document()
    {
        var server = new EmbeddedServer();
        foreach (var (id, size) in new[] { (1, 9), (2, 6), (3, 15), (4, 1) })
        {
            server.InsertRaw("c", new BsonDocument { { "_id", id }, { "b", new byte[size * 1024 * 1024] } }.ToBson());
        }
        var cursor = server.Run("{find: 'c'}")["cursor"].AsBsonDocument;
        Ids(cursor["firstBatch"]).ShouldBe([1, 2]);
        var id1 = cursor["id"].AsInt64;
        cursor = server.Run($"{{getMore: NumberLong('{id1}'), collection: 'c'}}")["cursor"].AsBsonDocument;
        Ids(cursor["nextBatch"]).ShouldBe([3]);
        cursor = server.Run($"{{getMore: NumberLong('{id1}'), collection: 'c'}}")["cursor"].AsBsonDocument;
        Ids(cursor["nextBatch"]).ShouldBe([4]);
        cursor["id"].AsInt64.ShouldBe(0);
    }

    [Fact]
    public void A_cursor_keeps_what_was_there_when_it_was_opened()
    {
        var server = Filled();
        var id = server.Run("{find: 'c', batchSize: 2}")["cursor"]["id"].AsInt64;
        server.Run("{delete: 'c', deletes: [{q: {}, limit: 0}]}");
        server.Run($"{{getMore: NumberLong('{id}'), collection: 'c'}}")["cursor"]["nextBatch"].AsBsonArray.Count.ShouldBe(298);
    }

    [Fact]
    public void Cursors_are_killed_and_time_out()
    {
        var server = Filled();
        var ids = Enumerable.Range(0, 3).Select(i => server.Run($"{{find: 'c', batchSize: 2, noCursorTimeout: {(i == 2 ? "true" : "false")}}}")["cursor"]["id"].AsInt64).ToList();
        server.Run($"{{killCursors: 'c', cursors: [NumberLong('{ids[0]}'), NumberLong(5)]}}").ShouldBe(new BsonDocument
        {
            { "cursorsKilled", new BsonArray { ids[0] } }, { "cursorsNotFound", new BsonArray { 5L } }, { "cursorsAlive", new BsonArray() }, { "cursorsUnknown", new BsonArray() },
        });
        server.Fails($"{{getMore: NumberLong('{ids[0]}'), collection: 'c'}}").ShouldBe(43);
        server.Fails($"{{getMore: NumberLong('{ids[1]}'), collection: 'other'}}").ShouldBe(13);
        server.Time.Advance(TimeSpan.FromMinutes(11));
        server.Run("{find: 'c', batchSize: 2}");
        server.Fails($"{{getMore: NumberLong('{ids[1]}'), collection: 'c'}}").ShouldBe(43);
        server.Run($"{{getMore: NumberLong('{ids[2]}'), collection: 'c'}}")["cursor"]["nextBatch"].AsBsonArray.Count.ShouldBe(298);
    }

    private static EmbeddedServer Filled()
    {
        var server = new EmbeddedServer();
        server.InsertRaw("c", [.. Enumerable.Range(0, 300).Select(i => new BsonDocument("_id", i).ToBson())]);
        return server;
    }

    private static List<int> Ids(BsonValue batch) => [.. batch.AsBsonArray.Select(d => d["_id"].AsInt32)];
}
