using System.Text;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A server with a little of everything, and an empty one to restore into.</summary>
public sealed class MongoFixture : IAsyncLifetime
{
    private EmbeddedMongoServer? _source, _target;

    public string Source => _source!.ConnectionString;

    public string Target => _target!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _source = await EmbeddedMongoServer.Start(new());
        _target = await EmbeddedMongoServer.Start(new());
        await Seed(Source);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null) await _source.DisposeAsync();
        if (_target is not null) await _target.DisposeAsync();
    }

    /// <summary>Two databases: a collection of more than three chunks of any length with an index, a capped one, a view, names that need escaping.</summary>
    public static async Task Seed(string uri)
    {
        using var client = new MongoClient(uri);
        var shop = client.GetDatabase("shop");
        var random = new Random(7);
        await shop.GetCollection<BsonDocument>("orders").InsertManyAsync(Enumerable.Range(0, 600).Select(i => new BsonDocument
        {
            { "_id", i }, { "customer", $"c{i % 17}" }, { "total", new Decimal128(i * 1.25m) }, { "noise", Noise(random, 3_000) },
        }));
        await shop.GetCollection<BsonDocument>("orders").Indexes.CreateOneAsync(
            new CreateIndexModel<BsonDocument>(Builders<BsonDocument>.IndexKeys.Ascending("customer").Descending("total"), new() { Name = "by_customer" }));
        await shop.CreateCollectionAsync("events", new() { Capped = true, MaxSize = 1 << 20 });
        await shop.GetCollection<BsonDocument>("events").InsertManyAsync(Enumerable.Range(0, 20).Select(i => new BsonDocument { { "_id", 100 - i }, { "kind", "login" } }));
        await shop.CreateViewAsync("open", "orders", new EmptyPipelineDefinition<BsonDocument>().Match(new BsonDocument("total", new BsonDocument("$gt", 10))));
        await client.GetDatabase("crm").GetCollection<BsonDocument>("päople & co").InsertOneAsync(new BsonDocument { { "_id", "ada" }, { "name", "Ada" } });
    }

    /// <summary>Every document of a server by namespace and raw <c>_id</c>, as hexadecimal, without the server's own databases.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Contents(string uri)
    {
        using var client = new MongoClient(uri);
        var documents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var database in await (await client.ListDatabaseNamesAsync()).ToListAsync())
        {
            if (database is "admin" or "local" or "config" or "backup_catalog") continue;
            foreach (var name in await (await client.GetDatabase(database).ListCollectionNamesAsync()).ToListAsync())
            {
                if (name.StartsWith("system.", StringComparison.Ordinal)) continue;
                foreach (var document in await client.GetDatabase(database).GetCollection<RawBsonDocument>(name).Find(FilterDefinition<RawBsonDocument>.Empty).ToListAsync())
                    documents.Add($"{database}.{name} {document["_id"]}", Convert.ToHexString(document.ToBson()));
            }
        }
        return documents;
    }

    public static async Task DropEverything(string uri)
    {
        using var client = new MongoClient(uri);
        foreach (var database in await (await client.ListDatabaseNamesAsync()).ToListAsync())
            if (database is not ("admin" or "local" or "config")) await client.DropDatabaseAsync(database);
    }

    // text that does not compress away, the same in every run
    private static string Noise(Random random, int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length) text.Append((char)random.Next(' ', '~'));
        return text.ToString();
    }
}
