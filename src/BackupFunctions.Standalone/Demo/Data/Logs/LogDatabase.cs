using BackupFunctions.Standalone.Demo.Data.Bson;
using BackupFunctions.Standalone.Demo.Data.Shop;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Logs;

/// <summary>Logs: a capped collection, whose order is its own, and an audit trail.</summary>
internal static class LogDatabase
{
    private const int Events = 22_000, AuditEntries = 12_000;
    private static readonly string[] Levels = ["debug", "info", "info", "info", "info", "warn", "error"];
    private static readonly string[] Services = ["web", "checkout", "search", "mail", "warehouse"];
    private static readonly string[] Actions = ["login", "logout", "price.change", "order.cancel", "user.create", "export"];

    public static DemoDatabase Create(string name) => new(name,
    [
        // room to spare: what is in it must not depend on how a server counts the bytes of a capped collection
        new("events") { Options = new BsonDocument { { "capped", true }, { "size", 64 << 20 }, { "max", 100_000 } }, Documents = EventDocuments },
        new("audit")
        {
            Indexes =
            [
                DemoCollection.Index("actor_at", new BsonDocument { { "actor", 1 }, { "at", -1 } }),
                DemoCollection.Index("action_hashed", new BsonDocument("action", "hashed")),
            ],
            Documents = AuditDocuments,
        },
    ]);

    private static IEnumerable<byte[]> EventDocuments(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        var ids = new ObjectIdSequence(random);
        for (var i = 0; i < Events; i++)
        {
            var at = Vocabulary.Opening + (i * 1_400L) + random.Below(1_000);
            builder.Start().ObjectId("_id", ids.Next(at)).Date("at", at).String("level", random.Pick(Levels)).String("service", random.Pick(Services))
                .String("message", Vocabulary.Text(random, random.Between(6, 24))).Double("seconds", random.Fraction() * 3);
            if (random.Chance(0.4)) builder.Begin("request").String("path", ProductPath(random)).Int32("status", random.Pick([200, 200, 201, 304, 404, 500])).End();
            yield return builder.Int64("trace", (long)random.Next()).Finish();
        }
    }

    private static string ProductPath(SeededRandom random) => $"/p/{ProductCollection.Sku(random.Popular(ProductCollection.Count))}";

    private static IEnumerable<byte[]> AuditDocuments(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        for (var i = 0; i < AuditEntries; i++)
        {
            var at = Vocabulary.Time(random, (double)i / AuditEntries);
            builder.Start().Int64("_id", ((long)i << 20) | (uint)random.Below(1 << 20)).Timestamp("at", (uint)(at / 1000), (uint)(i % 50) + 1)
                .String("actor", $"{random.Pick(Vocabulary.FirstNames)} {random.Pick(Vocabulary.LastNames)}").String("action", random.Pick(Actions))
                .Begin("before").Decimal("value", random.Below(1_000_000), -3).End().Begin("after").Decimal("value", random.Below(1_000_000), -3).End();
            yield return builder.Binary("address", 0, [10, (byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256)]).Finish();
        }
    }
}
