using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class SeededCollectionTests
{
    private const long Count = 5_000_000_000;

    [Fact]
    public void Ranges_are_found_without_reading_what_is_outside()
    {
        var (server, read) = Seeded();
        Ids(server, "{find: 'big', hint: {_id: 1}, min: {_id: NumberLong('4000000001')}, max: {_id: NumberLong('4000000007')}}").ShouldBe([4000000002, 4000000004, 4000000006]);
        Ids(server, "{find: 'big', filter: {_id: {$gte: 10, $lte: 14}}}").ShouldBe([10, 12, 14]);
        Ids(server, "{find: 'big', filter: {_id: 8000000000.0}}").ShouldBe([8000000000]);
        Ids(server, "{find: 'big', sort: {_id: -1}, limit: 2}").ShouldBe([9999999998, 9999999996]);
        Ids(server, "{find: 'big', hint: {$natural: 1}, limit: 2}").ShouldBe([0, 2]);
        Ids(server, "{find: 'big', filter: {_id: {$gt: 3}}, sort: {_id: 1}, limit: 2}").ShouldBe([4, 6]);
        read().ShouldBeLessThan(1000);
    }

    [Fact]
    public void It_is_counted_sampled_and_listed()
    {
        var (server, read) = Seeded();
        server.Run("{count: 'big'}")["n"].AsInt64.ShouldBe(Count);
        Ids(server, "{aggregate: 'big', pipeline: [{$sample: {size: 20}}], cursor: {}}").Distinct().Count().ShouldBe(20);
        var stats = server.Find("{aggregate: 'big', pipeline: [{$collStats: {count: {}, storageStats: {}}}], cursor: {}}").Single();
        (stats["count"].AsInt64, stats["storageStats"]["avgObjSize"].AsInt32).ShouldBe((Count, 18));
        server.Find("{listCollections: 1}").Single()["options"].ShouldBe(BsonDocument.Parse("{validator: {}}"));
        server.Find("{listIndexes: 'big'}").Single()["name"].AsString.ShouldBe("_id_");
        read().ShouldBeLessThan(1000);
    }

    [Theory]
    [InlineData("{insert: 'big', documents: [{}]}")]
    [InlineData("{delete: 'big', deletes: [{q: {}, limit: 0}]}")]
    [InlineData("{update: 'big', updates: [{q: {}, u: {}}]}")]
    [InlineData("{drop: 'big'}")]
    [InlineData("{createIndexes: 'big', indexes: [{key: {a: 1}, name: 'a'}]}")]
    public void It_cannot_be_written(string command) => Seeded().Server.Fails(command).ShouldBe(20);

    private static (EmbeddedServer Server, Func<int> Read) Seeded()
    {
        var (server, read) = (new EmbeddedServer(), 0);
        server.Store.AddSeed(new SeededCollection("test", "big", Count, Document, BsonDocument.Parse("{validator: {}}")));
        return (server, () => read);

        byte[] Document(long ordinal)
        {
            read++;
            return new BsonDocument("_id", ordinal * 2).ToBson();
        }
    }

    private static List<long> Ids(EmbeddedServer server, string command) => [.. server.Find(command).Select(d => d["_id"].ToInt64())];
}
