using BackupFunctions.Standalone.Demo.Data.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Shop;

/// <summary>The kinds of collection that a shop has beside its large ones: clustered, with a collation, empty with a validator, a view.</summary>
internal static class SmallCollections
{
    public static DemoCollection Currencies() => new("exchange_rates")
    {
        Options = new BsonDocument("clusteredIndex", new BsonDocument { { "key", new BsonDocument("_id", 1) }, { "unique", true }, { "name", "by_day" } }),
        Documents = ExchangeRates,
    };

    public static DemoCollection Labels() => new("labels")
    {
        Options = new BsonDocument("collation", new BsonDocument { { "locale", "fr" }, { "strength", 1 }, { "backwards", true } }),
        Indexes = [DemoCollection.Index("text", new BsonDocument("text", 1), new BsonDocument("collation", new BsonDocument { { "locale", "fr" }, { "strength", 1 }, { "backwards", true } }))],
        Documents = LabelTexts,
    };

    public static DemoCollection Returns() => new("returns")
    {
        Options = new BsonDocument
        {
            { "validator", BsonDocument.Parse("""{"$jsonSchema": {"bsonType": "object", "required": ["order", "reason"], "properties": {"order": {"bsonType": "long"}, "reason": {"enum": ["broken", "wrong", "regret"]}}}}""") },
            { "validationLevel", "strict" },
            { "validationAction", "error" },
        },
        Indexes = [DemoCollection.Index("order", new BsonDocument("order", 1))],
    };

    public static DemoCollection OrdersByCountry() => new("orders_by_country")
    {
        Options = new BsonDocument
        {
            { "viewOn", "orders" },
            { "pipeline", BsonDocument.Parse("""{"p": [{"$match": {"state": {"$ne": "returned"}}}, {"$group": {"_id": "$ship_to.country", "orders": {"$sum": 1}, "total": {"$sum": "$total"}}}, {"$sort": {"total": -1, "_id": 1}}]}""")["p"] },
        },
    };

    private static IEnumerable<byte[]> ExchangeRates(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        for (var day = 0; day < 365; day++)
        {
            builder.Start().Date("_id", Vocabulary.Opening + (day * 86_400_000L));
            foreach (var currency in Vocabulary.Places.Select(p => p.Currency).Distinct()) builder.Decimal(currency, random.Between(10_000, 90_000), -4);
            yield return builder.Finish();
        }
    }

    // under this collation cote, coté and Cote are one: the number keeps the _ids apart
    private static IEnumerable<byte[]> LabelTexts(SeededRandom random)
    {
        string[] texts = ["cote", "coté", "côte", "côté", "élève", "eleve", "Œuvre", "oeuvre"];
        var builder = new DocumentBuilder();
        for (var i = 0; i < 400; i++) yield return builder.Start().String("_id", $"{texts[i % texts.Length]} {i}").String("text", texts[random.Below(texts.Length)]).Finish();
    }
}
