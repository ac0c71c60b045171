using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Workflows;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Restore;

public sealed class CollectionComparisonTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    private IMongoDatabase Database => server.Connection.Client.GetDatabase(_rig.Database);

    private IMongoCollection<BsonDocument> Things => Database.GetCollection<BsonDocument>("things");

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task What_was_not_touched_does_not_differ() => await Compare(_ => Task.CompletedTask, []);

    [Fact]
    public Task A_changed_document_is_found() =>
        Compare(things => things.UpdateOneAsync(Id(7), Builders<BsonDocument>.Update.Set("x", 1)), "documents 0 to 39");

    [Fact]
    public Task A_number_of_another_type_is_found() =>
        Compare(things => things.UpdateOneAsync(Id(7), Builders<BsonDocument>.Update.Set("n", 5L)), "documents 0 to 39");

    [Fact]
    public Task A_missing_document_is_found() => Compare(things => things.DeleteOneAsync(Id(39)), "documents 0 to 39");

    [Fact]
    public Task An_additional_document_at_the_end_is_found() =>
        Compare(things => things.InsertOneAsync(new BsonDocument("_id", 1_000)), "1 documents more");

    [Fact]
    public Task An_additional_document_in_between_is_found() =>
        Compare(things => things.InsertOneAsync(new BsonDocument("_id", 7.5)), "documents 0 to 39", "1 documents more");

    [Fact]
    public Task A_missing_index_is_found() => Compare(things => things.Indexes.DropOneAsync("by_n"), "index by_n");

    [Fact]
    public Task An_additional_index_is_found() =>
        Compare(things => things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{extra: 1}")), "was not there before");

    [Fact]
    public Task A_changed_index_is_found() => Compare(async things =>
    {
        await things.Indexes.DropOneAsync("by_n");
        await things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{n: -1}", new CreateIndexOptions { Name = "by_n" }));
    }, "index by_n");

    [Fact]
    public Task A_changed_option_is_found() => Compare(
        _ => Database.RunCommandAsync<BsonDocument>("{collMod: 'things', validator: {y: 1}}"), "options of");

    [Fact]
    public Task A_collection_that_is_gone_is_found() => Compare(_ => Database.DropCollectionAsync("things"), "is missing");

    [Fact]
    public Task A_view_in_the_place_of_a_collection_is_found() => Compare(async _ =>
    {
        await Database.DropCollectionAsync("things");
        await Database.RunCommandAsync<BsonDocument>("{create: 'things', viewOn: 'other', pipeline: []}");
    }, "is a view", "options of", "index by_n", "index _id_");

    private static FilterDefinition<BsonDocument> Id(int id) => Builders<BsonDocument>.Filter.Eq("_id", id);

    private async Task Compare(Func<IMongoCollection<BsonDocument>, Task> change, params string[] expected)
    {
        await Database.RunCommandAsync<BsonDocument>("{create: 'things', validator: {x: {$ne: 99}}}");
        await Things.InsertManyAsync(Enumerable.Range(0, 40).Select(i => new BsonDocument { { "_id", i }, { "n", 5 } }));
        await Things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{n: 1}", new CreateIndexOptions { Name = "by_n" }));
        using var backup = await _rig.Open((await _rig.BackUp()).Backup.Root);
        await change(Things);
        var differences = await CollectionComparison.Run(server.Connection, backup.Index.Collections.Single(), NullLoggerFactory.Instance, BackupRig.Cancellation);
        differences.Count.ShouldBe(expected.Length, string.Join("; ", differences));
        foreach (var words in expected) differences.ShouldContain(d => d.Contains(words, StringComparison.Ordinal));
    }
}
