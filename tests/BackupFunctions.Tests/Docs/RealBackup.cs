using System.Text.Json;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Restore;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Docs;

/// <summary>Two full backups of a small server, made by the engine: two vaults, a catalogue in a directory, and what was inserted.</summary>
public sealed class RealBackup : IAsyncLifetime
{
    private readonly RealWorkspace _workspace = new();
    private readonly List<byte[]> _orders = [];

    /// <summary>The documents of <c>shop.orders</c> in <c>_id</c> order, as they were inserted: all of them, and those of the first backup.</summary>
    internal IReadOnlyList<byte[]> Orders => _orders;

    internal int OrdersOfFirstBackup { get; private set; }

    internal BackupEntry First { get; private set; } = null!;

    internal BackupEntry Second { get; private set; } = null!;

    /// <summary>The second backup as one CAR.</summary>
    internal byte[] Car { get; private set; } = [];

    internal string Vault(int number) => _workspace.Vault(number);

    internal JsonElement Head => _workspace.Head;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), cancellationToken);
        using var client = new MongoClient(server.ConnectionString);
        var shop = client.GetDatabase("shop");
        await shop.CreateCollectionAsync("empty", cancellationToken: cancellationToken);
        await shop.CreateCollectionAsync("log", new CreateCollectionOptions { Capped = true, MaxSize = 1 << 20 }, cancellationToken);
        await shop.GetCollection<BsonDocument>("log").InsertOneAsync(new BsonDocument("_id", "entry"), cancellationToken: cancellationToken);
        await shop.CreateViewAsync<BsonDocument, BsonDocument>("dear", "orders", PipelineDefinition<BsonDocument, BsonDocument>.Create("{$match: {n: {$gt: 5}}}"), cancellationToken: cancellationToken);
        await Insert(shop, Enumerable.Range(0, 4000).Select(Order), cancellationToken);
        OrdersOfFirstBackup = _orders.Count;

        using var engine = _workspace.Open(server.ConnectionString);
        First = (await engine.BackUp(null, cancellationToken)).Backup;
        await Insert(shop, Enumerable.Range(4000, 40).Select(Order), cancellationToken);
        Second = (await engine.BackUp(null, cancellationToken)).Backup;
        using var car = new MemoryStream();
        await CarExport.Write(new BlockReader(engine.Nodes), Second.Root, car, null, cancellationToken);
        Car = car.ToArray();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _workspace.Dispose();
        return ValueTask.CompletedTask;
    }

    // ids of several types, ascending in the server's order: numbers, strings, ObjectIds; one document is larger than a block
    private static BsonDocument Order(int n) => new()
    {
        { "_id", n < 500 ? n : n < 1000 ? $"order {n:D5}" : new ObjectId($"{n:x8}0123456789abcdef") },
        { "n", n },
        { "text", string.Concat(Enumerable.Range(0, n == 1500 ? 60_000 : 30 + (n % 50)).Select(i => $"{(n * 7919) + (i * 104729):x} ")) },
    };

    private async Task Insert(IMongoDatabase shop, IEnumerable<BsonDocument> orders, CancellationToken cancellationToken)
    {
        var documents = orders.ToList();
        _orders.AddRange(documents.Select(d => d.ToBson()));
        await shop.GetCollection<BsonDocument>("orders").InsertManyAsync(documents, cancellationToken: cancellationToken);
    }
}
