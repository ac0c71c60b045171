using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

/// <summary>What comes back is what was there: options, indexes, views, orders, sizes.</summary>
public sealed class RoundTripTests(EngineServer server) : IClassFixture<EngineServer>, IDisposable
{
    private readonly EngineRun _run = new(server);

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Options_indexes_views_and_documents_come_back()
    {
        await Run("{create: 'orders', validator: {$or: [{total: {$gte: 0}}, {total: {$exists: false}}]}, validationLevel: 'moderate'}");
        await Run("{createIndexes: 'orders', indexes: [{key: {customer: 1, at: -1}, name: 'by customer'}, {key: {at: 1}, name: 'old', expireAfterSeconds: 86400000}, "
            + "{key: {sparse: 1}, name: 'sparse', sparse: true, unique: true}, {key: {part: 1}, name: 'part', partialFilterExpression: {total: {$gt: 5}}}]}");
        await Run("{create: 'empty'}");
        await Run("{create: 'zlast', viewOn: 'orders', pipeline: [{$match: {total: {$gt: 3}}}]}");
        // a view on a view, whose name comes before the one that it stands on
        await Run("{create: 'afirst', viewOn: 'zlast', pipeline: [{$project: {total: 1}}]}");
        await _run.Collection("orders").InsertManyAsync(Enumerable.Range(0, 500).Select(i => new BsonDocument { { "_id", ObjectId(i) }, { "customer", $"c{i % 7}" }, { "total", i % 10 } }));
        var before = await Describe();
        var documents = await _run.Documents("orders");

        var backup = (await _run.BackUp()).Backup;
        var restored = await _run.DropAndRestore(backup.Root);

        (restored.Collections, restored.Views, restored.Documents).ShouldBe((2, 2, 500));
        (await Describe()).ShouldBe(before);
        (await _run.Documents("orders")).ShouldBe(documents);
        (await _run.Collection("afirst").CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty)).ShouldBe(300);
    }

    [Fact]
    public async Task A_capped_collection_keeps_its_order_and_its_limits()
    {
        await Run("{create: 'log', capped: true, size: 100000, max: 50}");
        for (var i = 0; i < 80; i++) await _run.Collection("log").InsertOneAsync(new BsonDocument { { "_id", (i * 37) % 80 }, { "text", new string('x', i) } });
        var documents = await _run.Documents("log");
        documents.Count.ShouldBe(50);
        await _run.DropAndRestore((await _run.BackUp()).Backup.Root);
        (await _run.Documents("log")).ShouldBe(documents);
        await _run.Collection("log").InsertOneAsync(new BsonDocument("_id", 1_000));
        (await _run.Documents("log")).Count.ShouldBe(50);
    }

    [Fact]
    public async Task A_clustered_collection_comes_back_clustered()
    {
        await Run("{create: 'clustered', clusteredIndex: {key: {_id: 1}, unique: true, name: 'by id'}}");
        await _run.Fill("clustered", 0, 100, 300);
        var before = await Describe();
        await _run.DropAndRestore((await _run.BackUp()).Backup.Root);
        (await Describe()).ShouldBe(before);
    }

    [Fact]
    public async Task Documents_up_to_the_largest_size_span_chunks_and_come_back()
    {
        const int Largest = 16 * 1024 * 1024;
        var sizes = new[] { 1_000, 524_288, 524_289, 1_100_000, Largest, 60, Largest - 1 };
        foreach (var (size, i) in sizes.Select((size, i) => (size, i)))
        {
            var document = new BsonDocument { { "_id", i }, { "data", Array.Empty<byte>() } };
            document["data"] = EngineRun.Noise(i, size - document.ToBson().Length);
            document.ToBson().Length.ShouldBe(size);
            await _run.Collection("large").InsertOneAsync(document);
        }
        var documents = await _run.Documents("large");
        var restored = await _run.DropAndRestore((await _run.BackUp()).Backup.Root);
        restored.Bytes.ShouldBe(sizes.Sum());
        (await _run.Documents("large")).ShouldBe(documents);
    }

    [Fact]
    public async Task A_database_of_nothing_but_empty_collections_and_views_comes_back()
    {
        await Run("{create: 'empty'}");
        await Run("{create: 'view', viewOn: 'absent', pipeline: []}");
        var restored = await _run.DropAndRestore((await _run.BackUp()).Backup.Root);
        (restored.Collections, restored.Views, restored.Documents).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task Names_that_need_escaping_come_back()
    {
        string[] names = ["ü + ñ", "a.b", "a%b", "q?x&y=z", "star*", "with:colon", "trailing.x"];
        foreach (var name in names) await _run.Fill(name, 0, 3, 50);
        await _run.DropAndRestore((await _run.BackUp()).Backup.Root);
        foreach (var name in names) (await _run.Documents(name)).Count.ShouldBe(3, name);
    }

    private static ObjectId ObjectId(int number) => new([0x65, 0xf0, 0, 0, 1, 2, 3, 4, 5, 0, (byte)(number >> 8), (byte)number]);

    private Task<BsonDocument> Run(string command) => _run.Database.RunCommandAsync<BsonDocument>(command);

    private async Task<List<string>> Describe()
    {
        var specs = await CollectionLister.List(server.Connection, new NamespaceFilter(NamespacePattern.ParseAll([$"{_run.Name}.*"], "test"), []), EngineRun.Cancellation);
        return [.. specs.Select(s => $"{s.Namespace} {s.Type} {s.Options} {string.Join(", ", s.Indexes.Select(i => i.ToString()).Order())}")];
    }
}
