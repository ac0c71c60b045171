using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Data.Changes;

/// <summary>Writes to documents outside of transactions: updates that the oplog keeps as deltas, replacements, inserts, deletes.</summary>
internal sealed class DocumentChanges(IMongoClient client, SeededRandom random)
{
    private const int Events = 200, Refunds = 60, Replaced = 25;

    public async Task<DemoChanges> PayOrders(CancellationToken cancellationToken)
    {
        var paid = new BsonDocument { { "state", "paid" }, { "at", new BsonDateTime(Vocabulary.Opening + Vocabulary.Year) } };
        var orders = await Shop("orders").UpdateManyAsync(
            new BsonDocument { { "state", "open" }, { "number", new BsonDocument("$lt", 1_002_000L) } },
            new BsonDocument { { "$set", new BsonDocument("state", "paid") }, { "$push", new BsonDocument("history", paid) } }, cancellationToken: cancellationToken);
        var customers = await Shop("customers").UpdateManyAsync(
            new BsonDocument("address.country", "JP"),
            new BsonDocument { { "$inc", new BsonDocument("points", 100) }, { "$set", new BsonDocument("address.checked", true) }, { "$unset", new BsonDocument("phone", "") } },
            cancellationToken: cancellationToken);
        return Updated(orders.ModifiedCount + customers.ModifiedCount);
    }

    /// <summary>Into the capped collection of another database.</summary>
    public Task<DemoChanges> Log(CancellationToken cancellationToken) => Insert(client.GetDatabase(DemoData.LogsName).GetCollection<BsonDocument>("events"), Events, i => new()
    {
        { "_id", $"after the full backup {i}" },
        { "level", "info" },
        { "message", Vocabulary.Text(random, random.Between(6, 24)) },
    }, cancellationToken);

    public Task<DemoChanges> Refund(CancellationToken cancellationToken) => Insert(Shop("refunds"), Refunds, i => new()
    {
        { "_id", i },
        { "order", 1_000_000L + random.Below(20_000) },
        { "amount", new BsonDecimal128(random.Between(99, 90_000) / 100m) },
    }, cancellationToken);

    public async Task<DemoChanges> ReplaceProducts(CancellationToken cancellationToken)
    {
        var products = await Shop("products").Find(FilterDefinition<BsonDocument>.Empty).Sort(new BsonDocument("_id", 1)).Limit(Replaced).ToListAsync(cancellationToken);
        foreach (var product in products)
        {
            await Shop("products").ReplaceOneAsync(
                new BsonDocument("_id", product["_id"]), product.Set("description", Vocabulary.Text(random, 30)).Set("discontinued", true), cancellationToken: cancellationToken);
        }
        return Updated(products.Count);
    }

    public async Task<DemoChanges> DeleteOldCarts(CancellationToken cancellationToken)
    {
        var old = new BsonDocument("touched", new BsonDocument("$lt", new BsonDateTime(Vocabulary.Opening + (Vocabulary.Year / 10))));
        return new(0, 0, 0, (await Shop("carts").DeleteManyAsync(old, cancellationToken)).DeletedCount, []);
    }

    private static async Task<DemoChanges> Insert(IMongoCollection<BsonDocument> collection, int count, Func<int, BsonDocument> document, CancellationToken cancellationToken)
    {
        await collection.InsertManyAsync(Enumerable.Range(0, count).Select(document), cancellationToken: cancellationToken);
        return new(0, count, 0, 0, []);
    }

    private static DemoChanges Updated(long count) => new(0, 0, count, 0, []);

    private IMongoCollection<BsonDocument> Shop(string name) => client.GetDatabase(DemoData.ShopName).GetCollection<BsonDocument>(name);
}
