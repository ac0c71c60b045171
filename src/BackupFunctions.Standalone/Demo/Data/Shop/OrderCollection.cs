using BackupFunctions.Standalone.Demo.Data.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Shop;

/// <summary>Orders: the largest collection, with nested arrays and decimals; unique, compound and partial indexes.</summary>
internal static class OrderCollection
{
    private const int Count = 24_000;
    private static readonly string[] States = ["open", "paid", "packed", "shipped", "delivered", "delivered", "delivered", "returned"];

    public static DemoCollection Create() => new("orders")
    {
        Options = new BsonDocument
        {
            { "validator", new BsonDocument { { "number", new BsonDocument("$exists", true) }, { "lines", new BsonDocument("$type", "array") } } },
            { "validationLevel", "moderate" },
        },
        Indexes =
        [
            DemoCollection.Index("number_unique", new BsonDocument("number", 1), new BsonDocument("unique", true)),
            DemoCollection.Index("customer_placed", new BsonDocument { { "customer", 1 }, { "placed", -1 } }),
            DemoCollection.Index("open_orders", new BsonDocument("placed", 1), new BsonDocument("partialFilterExpression", new BsonDocument("state", "open"))),
            DemoCollection.Index("skus", new BsonDocument("lines.sku", 1)),
        ],
        Documents = Documents,
    };

    private static IEnumerable<byte[]> Documents(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        var ids = new ObjectIdSequence(random);
        for (var i = 0; i < Count; i++)
        {
            var placed = Vocabulary.Time(random, (double)i / Count);
            var (country, city, currency) = random.Pick(Vocabulary.Places);
            builder.Start().ObjectId("_id", ids.Next(placed)).Int64("number", 1_000_000L + i).Int32("customer", random.Popular(CustomerCollection.Count))
                .Date("placed", placed).String("state", random.Pick(States)).String("currency", currency).BeginArray("lines");
            var total = 0L;
            var lines = random.Between(1, 7);
            for (var n = 0; n < lines; n++) total += Line(builder, random, n);
            builder.End().Decimal("total", total, -2).Begin("ship_to").String("city", city).String("country", country).String("street", Vocabulary.Text(random, 3)).End()
                .BeginArray("history");
            var events = random.Between(1, 4);
            for (var n = 0; n < events; n++) builder.Begin(DocumentBuilder.At(n)).String("state", States[n]).Date("at", placed + (n * 86_400_000L)).End();
            builder.End();
            if (random.Chance(0.2)) builder.String("message", Vocabulary.Text(random, random.Between(5, 40)));
            yield return builder.Finish();
        }
    }

    private static long Line(DocumentBuilder builder, SeededRandom random, int position)
    {
        var (quantity, cents) = (random.Between(1, 5), random.Between(99, 90_000));
        builder.Begin(DocumentBuilder.At(position)).String("sku", ProductCollection.Sku(random.Popular(ProductCollection.Count))).Int32("quantity", quantity)
            .Decimal("price", cents, -2).Double("tax", random.Pick([0.07, 0.19, 0.2]));
        if (random.Chance(0.1)) builder.Begin("gift").String("to", random.Pick(Vocabulary.FirstNames)).String("text", Vocabulary.Text(random, 6)).End();
        builder.End();
        return (long)quantity * cents;
    }
}
