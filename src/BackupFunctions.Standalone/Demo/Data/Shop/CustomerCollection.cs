using BackupFunctions.Standalone.Demo.Data.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Shop;

/// <summary>Customers: nested addresses, names in many scripts, a unique and a collation index.</summary>
internal static class CustomerCollection
{
    public const int Count = 8_000;

    public static DemoCollection Create() => new("customers")
    {
        Indexes =
        [
            DemoCollection.Index("email_unique", new BsonDocument("email", 1), new BsonDocument("unique", true)),
            DemoCollection.Index("country_city", new BsonDocument { { "address.country", 1 }, { "address.city", 1 } }),
            DemoCollection.Index("last_name_de", new BsonDocument("name.last", 1), new BsonDocument("collation", new BsonDocument { { "locale", "de" }, { "strength", 2 } })),
            DemoCollection.Index("loyal", new BsonDocument("points", -1), new BsonDocument("partialFilterExpression", new BsonDocument("points", new BsonDocument("$gte", 1000)))),
        ],
        Documents = Documents,
    };

    private static IEnumerable<byte[]> Documents(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        var ids = new ObjectIdSequence(random);
        for (var i = 0; i < Count; i++)
        {
            var since = Vocabulary.Time(random, (double)i / Count);
            var (country, city, currency) = random.Pick(Vocabulary.Places);
            builder.Start().ObjectId("_id", ids.Next(since)).Int32("number", i).String("email", $"customer.{i:00000}@example.{country}")
                .Begin("name").String("first", random.Pick(Vocabulary.FirstNames)).String("last", random.Pick(Vocabulary.LastNames)).End()
                .Begin("address").String("street", Vocabulary.Text(random, 2)).Int32("house", random.Between(1, 240)).String("city", city).String("country", country);
            if (random.Chance(0.3)) builder.String("note", Vocabulary.Text(random, random.Between(4, 12)));
            builder.End().String("currency", currency).Decimal("balance", random.Between(-20_000, 500_000), -2).Int32("points", random.Below(2_000)).Date("since", since);
            if (random.Chance(0.5)) builder.Null("phone");
            else builder.String("phone", $"+{random.Between(1, 99)} {random.Between(1_000_000, 99_999_999)}");
            builder.BeginArray("interests");
            for (var n = random.Below(4); n > 0; n--) builder.String(DocumentBuilder.At(n - 1), random.Pick(Vocabulary.Categories));
            yield return builder.End().Boolean("newsletter", random.Chance(0.4)).Finish();
        }
    }
}
