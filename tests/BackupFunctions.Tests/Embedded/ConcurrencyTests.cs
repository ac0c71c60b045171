using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class ConcurrencyTests
{
    [Fact]
    public async Task Readers_see_whole_commands_while_others_write()
    {
        const int Batches = 200, Size = 10;
        var server = new EmbeddedServer();
        var writers = Enumerable.Range(0, 2).Select(w => Task.Run(() =>
        {
            for (var b = 0; b < Batches; b++)
            {
                server.InsertRaw("c", [.. Enumerable.Range(0, Size).Select(i => new BsonDocument { { "_id", (((w * Batches) + b) * Size) + i }, { "w", w } }.ToBson())]);
            }
        })).ToList();
        var seen = 0;
        while (writers.Exists(w => !w.IsCompleted))
        {
            var ids = server.FindRaw(BsonDocument.Parse("{find: 'c', hint: {_id: 1}, batchSize: 33}"));
            (ids.Count % Size).ShouldBe(0);
            ids.Count.ShouldBeGreaterThanOrEqualTo(seen);
            seen = ids.Count;
        }
        await Task.WhenAll(writers);
        server.Find("{find: 'c', hint: {_id: 1}}").Select(d => d["_id"].AsInt32).ShouldBe(Enumerable.Range(0, 2 * Batches * Size));
    }
}
