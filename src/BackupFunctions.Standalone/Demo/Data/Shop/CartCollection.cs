using BackupFunctions.Standalone.Demo.Data.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Shop;

/// <summary>Carts: UUIDs as <c>_id</c>, and a TTL index whose time comes in sixty years.</summary>
internal static class CartCollection
{
    private const int Count = 3_000;
    private const int SixtyYears = 1_900_000_000;
    private const byte UuidSubtype = 4;

    public static DemoCollection Create() => new("carts")
    {
        Indexes = [DemoCollection.Index("touched_ttl", new BsonDocument("touched", 1), new BsonDocument("expireAfterSeconds", SixtyYears))],
        Documents = Documents,
    };

    private static IEnumerable<byte[]> Documents(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        var uuid = new byte[16];
        for (var i = 0; i < Count; i++)
        {
            random.Fill(uuid);
            builder.Start().Binary("_id", UuidSubtype, uuid).Date("touched", Vocabulary.Time(random, random.Fraction())).BeginArray("items");
            var items = random.Below(6);
            for (var n = 0; n < items; n++)
                builder.Begin(DocumentBuilder.At(n)).String("sku", ProductCollection.Sku(random.Popular(ProductCollection.Count))).Int32("quantity", random.Between(1, 3)).End();
            yield return builder.End().Finish();
        }
    }
}
