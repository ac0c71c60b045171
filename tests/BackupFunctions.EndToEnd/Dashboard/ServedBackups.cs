using System.Net;
using System.Text.Json;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Serving;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Dashboard;

/// <summary>Makes what the dashboard shows, by the API.</summary>
internal static class ServedBackups
{
    public static Uri Address(this RunningServer server) => server.Http.BaseAddress!;

    /// <summary>Writes documents with ids from <paramref name="first"/> on.</summary>
    public static async Task Write(string uri, int first, int count = 20)
    {
        using var client = new MongoClient(uri);
        await client.GetDatabase("shop").GetCollection<BsonDocument>("orders").InsertManyAsync(Enumerable.Range(first, count).Select(i => new BsonDocument { { "_id", i }, { "note", $"order {i} of many" } }));
    }

    /// <summary>Starts something and waits for its good end; its output.</summary>
    public static async Task<JsonElement> Run(this RunningServer server, string route, object body, string instance)
    {
        using (var started = await server.Http.PostJson($"/api/{route}", JsonSerializer.Serialize(body))) started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        var ended = await server.Http.Ended(instance);
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        return ended.GetProperty("output").Clone();
    }

    public static Task<JsonElement> Full(this RunningServer server) => server.Run("backups", new { type = "full" }, "full-backup");

    public static Task<JsonElement> Incremental(this RunningServer server) => server.Run("backups", new { type = "incremental" }, "incremental-backup");
}
