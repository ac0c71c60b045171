using BackupFunctions.Standalone.Demo.Data.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Data.Changes;

/// <summary>Turns carts into orders, each in one transaction over three collections: the order is inserted, the stock goes down, the cart is deleted.</summary>
internal sealed class Checkouts(IMongoClient client, SeededRandom random, long firstNumber)
{
    private readonly IMongoDatabase _shop = client.GetDatabase(DemoData.ShopName);
    private readonly ObjectIdSequence _ids = new(random);

    /// <summary>Checks out the first carts in the order of their ids.</summary>
    public async Task<DemoChanges> Run(int count, CancellationToken cancellationToken)
    {
        var updated = 0;
        using var session = await client.StartSessionAsync(cancellationToken: cancellationToken);
        var carts = await Carts(count, cancellationToken);
        for (var i = 0; i < carts.Count; i++)
        {
            var (cart, order) = (carts[i], Order(carts[i], firstNumber + i));
            updated += await session.WithTransactionAsync((transaction, token) => CheckOut(transaction, cart, order, token), cancellationToken: cancellationToken);
        }
        return new(carts.Count, carts.Count, updated, carts.Count, []);
    }

    /// <summary>Begins to check a cart out, and takes it back.</summary>
    public async Task TakeBack(CancellationToken cancellationToken)
    {
        var cart = (await Carts(1, cancellationToken))[0];
        using var session = await client.StartSessionAsync(cancellationToken: cancellationToken);
        session.StartTransaction();
        await CheckOut(session, cart, Order(cart, firstNumber - 1), cancellationToken);
        await session.AbortTransactionAsync(cancellationToken);
    }

    private Task<List<BsonDocument>> Carts(int count, CancellationToken cancellationToken) =>
        Collection("carts").Find(FilterDefinition<BsonDocument>.Empty).Sort(new BsonDocument("_id", 1)).Limit(count).ToListAsync(cancellationToken);

    private async Task<int> CheckOut(IClientSessionHandle transaction, BsonDocument cart, BsonDocument order, CancellationToken cancellationToken)
    {
        await Collection("orders").InsertOneAsync(transaction, order, cancellationToken: cancellationToken);
        var items = cart["items"].AsBsonArray;
        foreach (var item in items.Select(i => i.AsBsonDocument))
        {
            await Collection("products").UpdateOneAsync(
                transaction, new BsonDocument("_id", item["sku"]), new BsonDocument("$inc", new BsonDocument("stock.0.pieces", -item["quantity"].AsInt32)), cancellationToken: cancellationToken);
        }
        await Collection("carts").DeleteOneAsync(transaction, new BsonDocument("_id", cart["_id"]), cancellationToken: cancellationToken);
        return items.Count;
    }

    private BsonDocument Order(BsonDocument cart, long number)
    {
        var placed = Vocabulary.Opening + Vocabulary.Year + (number * 1_000);
        var (country, city, currency) = random.Pick(Vocabulary.Places);
        return new()
        {
            { "_id", new ObjectId(_ids.Next(placed)) },
            { "number", number },
            { "placed", new BsonDateTime(placed) },
            { "state", "open" },
            { "currency", currency },
            { "lines", new BsonArray(cart["items"].AsBsonArray.Select(i => i.DeepClone().AsBsonDocument.Add("price", new BsonDecimal128(random.Between(99, 90_000) / 100m)))) },
            { "ship_to", new BsonDocument { { "city", city }, { "country", country } } },
            { "history", new BsonArray { new BsonDocument { { "state", "open" }, { "at", new BsonDateTime(placed) } } } },
        };
    }

    private IMongoCollection<BsonDocument> Collection(string name) => _shop.GetCollection<BsonDocument>(name);
}
