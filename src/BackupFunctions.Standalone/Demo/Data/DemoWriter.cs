using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Data;

/// <summary>Writes databases: makes every collection, fills several at once, then builds their indexes.</summary>
internal sealed class DemoWriter(IMongoClient client, ulong seed, IProgress<DemoDataProgress>? progress)
{
    private const int AtOnce = 4, BatchDocuments = 1_000, BatchBytes = 4 << 20;

    // a raw document without an _id is written as it is
    private static readonly MongoCollectionSettings AsGiven = new() { AssignIdOnInsert = false };

    private readonly Lock _gate = new();
    private long _documents, _bytes;

    public async Task<DemoDataSummary> Write(IReadOnlyList<DemoDatabase> databases, CancellationToken cancellationToken)
    {
        (_documents, _bytes) = (databases.Count, databases.Count * DemoMarker.Bytes(seed));
        var all = databases.SelectMany(d => d.Collections.Select(c => (Database: client.GetDatabase(d.Name), Collection: c))).ToList();
        foreach (var (database, collection) in all) await Create(database, collection, cancellationToken);
        await Parallel.ForEachAsync(
            all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (target, token) =>
            {
                await Fill(target.Database, target.Collection, token);
                await BuildIndexes(target.Database, target.Collection, token);
            });
        var views = all.Count(t => IsView(t.Collection));
        // each collection has its index on _id, the markers' too
        var indexes = all.Sum(t => t.Collection.Indexes.Count) + all.Count - views + databases.Count;
        return new(databases.Count, all.Count - views + databases.Count, views, indexes, _documents, _bytes);
    }

    private static bool IsView(DemoCollection collection) => collection.Options.Contains("viewOn");

    private static async Task Create(IMongoDatabase database, DemoCollection collection, CancellationToken cancellationToken)
    {
        var command = new BsonDocument("create", collection.Name).AddRange(collection.Options);
        await database.RunCommandAsync<BsonDocument>(command, cancellationToken: cancellationToken);
    }

    private static async Task BuildIndexes(IMongoDatabase database, DemoCollection collection, CancellationToken cancellationToken)
    {
        if (collection.Indexes.Count == 0) return;
        var command = new BsonDocument { { "createIndexes", collection.Name }, { "indexes", new BsonArray(collection.Indexes) } };
        await database.RunCommandAsync<BsonDocument>(command, cancellationToken: cancellationToken);
    }

    private async Task Fill(IMongoDatabase database, DemoCollection collection, CancellationToken cancellationToken)
    {
        var target = database.GetCollection<RawBsonDocument>(collection.Name, AsGiven);
        var batch = new List<RawBsonDocument>();
        var bytes = 0;
        foreach (var document in collection.Documents(SeededRandom.For(seed, $"{database.DatabaseNamespace.DatabaseName}.{collection.Name}")))
        {
            batch.Add(new RawBsonDocument(document));
            bytes += document.Length;
            if (batch.Count < BatchDocuments && bytes < BatchBytes) continue;
            await Insert(target, batch, bytes, cancellationToken);
            bytes = 0;
        }
        await Insert(target, batch, bytes, cancellationToken);
    }

    private async Task Insert(IMongoCollection<RawBsonDocument> target, List<RawBsonDocument> batch, int bytes, CancellationToken cancellationToken)
    {
        if (batch.Count == 0) return;
        await target.InsertManyAsync(batch, cancellationToken: cancellationToken);
        lock (_gate)
        {
            _documents += batch.Count;
            _bytes += bytes;
            progress?.Report(new DemoDataProgress(_documents, _bytes));
        }
        batch.Clear();
    }
}
