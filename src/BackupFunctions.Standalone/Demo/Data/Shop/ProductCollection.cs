using BackupFunctions.Standalone.Demo.Data.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Shop;

/// <summary>Products: text as <c>_id</c>, long descriptions, fields that only some have, a sparse and a hidden index.</summary>
internal static class ProductCollection
{
    public const int Count = 2_500;

    public static string Sku(int number) => $"{Vocabulary.Categories[number % Vocabulary.Categories.Length][..2].ToUpperInvariant()}-{number:000000}";

    public static DemoCollection Create() => new("products")
    {
        Indexes =
        [
            DemoCollection.Index("category_price", new BsonDocument { { "category", 1 }, { "price", -1 } }),
            DemoCollection.Index("ean_unique", new BsonDocument("ean", 1), new BsonDocument { { "unique", true }, { "sparse", true } }),
            DemoCollection.Index("stock_hidden", new BsonDocument("stock.warehouse", 1), new BsonDocument("hidden", true)),
        ],
        Documents = Documents,
    };

    private static IEnumerable<byte[]> Documents(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        for (var i = 0; i < Count; i++)
        {
            builder.Start().String("_id", Sku(i)).String("title", Vocabulary.Text(random, random.Between(2, 6)))
                .String("category", Vocabulary.Categories[i % Vocabulary.Categories.Length])
                .String("description", Vocabulary.Text(random, random.Between(40, 160))).Decimal("price", random.Between(99, 250_000), -2);
            if (random.Chance(0.7)) builder.Int64("ean", 4_000_000_000_000 + i);
            builder.Double("weight", Math.Round(random.Fraction() * 20, 3)).BeginArray("stock");
            var warehouses = random.Between(1, 4);
            for (var n = 0; n < warehouses; n++)
                builder.Begin(DocumentBuilder.At(n)).String("warehouse", $"W{n + 1}").Int32("pieces", random.Below(500)).Date("counted", Vocabulary.Time(random, 0.9)).End();
            builder.End().Begin("attributes");
            if (random.Chance(0.5)) builder.String("colour", random.Pick(["red", "blue", "grün", "noir", "木"]));
            if (random.Chance(0.3)) builder.Begin("size").Int32("width", random.Below(200)).Int32("height", random.Below(200)).Int32("depth", random.Below(200)).End();
            yield return builder.End().Boolean("discontinued", random.Chance(0.05)).Finish();
        }
    }
}
