using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Truth;

/// <summary>What a server holds, without its own databases. What a restore leaves behind of its own counts too.</summary>
internal static class ServerContents
{
    private static readonly JsonWriterSettings Json = new() { OutputMode = JsonOutputMode.CanonicalExtendedJson };

    /// <summary>The field <c>n</c> of every document, by <c>database.collection id</c>.</summary>
    public static async Task<Dictionary<string, long>> Numbers(string uri)
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        using var client = new MongoClient(uri);
        await foreach (var (database, info) in Collections(client))
        {
            var name = info["name"].AsString;
            foreach (var document in await client.GetDatabase(database).GetCollection<BsonDocument>(name).Find(FilterDefinition<BsonDocument>.Empty).ToListAsync())
                numbers.Add($"{database}.{name} {document["_id"]}", document["n"].ToInt64());
        }
        return numbers;
    }

    /// <summary>Everything as lines: collections and views with their options, indexes, documents, and of capped collections their order.</summary>
    public static async Task<SortedDictionary<string, string>> Lines(string uri)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var client = new MongoClient(uri);
        await foreach (var (databaseName, info) in Collections(client))
        {
            var (name, options) = (info["name"].AsString, info["options"].AsBsonDocument);
            var ns = $"{databaseName}.{name}";
            var collection = client.GetDatabase(databaseName).GetCollection<BsonDocument>(name);
            var view = info["type"] == "view";
            Describe(lines, ns, options,
                view ? [] : await (await collection.Indexes.ListAsync()).ToListAsync(),
                view ? [] : await collection.Find(FilterDefinition<BsonDocument>.Empty).ToListAsync());
        }
        return lines;
    }

    /// <summary>The lines of one collection or view.</summary>
    public static void Describe(IDictionary<string, string> lines, string ns, BsonDocument options, IEnumerable<BsonDocument> indexes, IReadOnlyList<BsonDocument> documents)
    {
        lines[ns] = Sorted(options);
        foreach (var index in indexes) lines[$"{ns} index {index["name"]}"] = Sorted(index);
        foreach (var document in documents) lines[$"{ns} document {document["_id"]}"] = document.ToJson(Json);
        if (options.GetValue("capped", false).ToBoolean()) lines[$"{ns} order"] = string.Join(' ', documents.Select(d => d["_id"]));
    }

    /// <summary>How two of them differ, at most ten lines; empty when they are equal.</summary>
    public static IReadOnlyList<string> Differences<T>(IReadOnlyDictionary<string, T> expected, IReadOnlyDictionary<string, T> found) where T : notnull =>
    [
        .. expected.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Where(k => !expected.TryGetValue(k, out var e) || !found.TryGetValue(k, out var f) || !e.Equals(f))
            .Take(10)
            .Select(k => $"{k}: expected {(expected.TryGetValue(k, out var e) ? e : "nothing")}, found {(found.TryGetValue(k, out var f) ? f : "nothing")}"),
    ];

    private static string Sorted(BsonDocument document) => new BsonDocument(document.OrderBy(e => e.Name, StringComparer.Ordinal)).ToJson(Json);

    private static async IAsyncEnumerable<(string Database, BsonDocument Info)> Collections(MongoClient client)
    {
        foreach (var database in await (await client.ListDatabaseNamesAsync()).ToListAsync())
        {
            if (database is "admin" or "local" or "config") continue;
            foreach (var info in await (await client.GetDatabase(database).ListCollectionsAsync()).ToListAsync())
                if (!info["name"].AsString.StartsWith("system.", StringComparison.Ordinal)) yield return (database, info);
        }
    }
}
