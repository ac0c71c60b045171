using System.Net;
using System.Text.Json;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Conformance;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A restore to a point in time may replace collections that the full backup does not hold: of those on the target, none that was not confirmed.</summary>
public sealed class ConfirmedDropTests
{
    [Fact]
    public async Task What_the_oplog_may_create_is_confirmed_too()
    {
        await using var source = await EmbeddedMongoServer.Start(new());
        await using var target = await EmbeddedMongoServer.Start(new());
        await Write(source, "shop.orders", "theirs");
        await using var server = await RunningServer.Start(source.ConnectionString);
        await BackUp(server, "full");
        await Write(source, "logs.events", "theirs");
        await BackUp(server, "incremental");
        foreach (var name in new[] { "shop.orders", "logs.events", "logs.kept" }) await Write(target, name, "mine");
        var at = (await server.Http.Ok("/api/windows")).GetProperty("windows")[0].GetProperty("to").GetString();

        (await Drops(server, new { target = target.ConnectionString, at, drop = true, dryRun = true })).ShouldBe(["logs.events", "logs.kept", "shop.orders"]);
        // a full backup by itself creates nothing else
        (await Drops(server, new { target = target.ConnectionString, drop = true, dryRun = true })).ShouldBe(["shop.orders"]);
        var nsExclude = new[] { "logs.kept" };
        (await Drops(server, new { target = target.ConnectionString, at, drop = true, dryRun = true, nsExclude })).ShouldBe(["logs.events", "shop.orders"]);
        using (var refused = await server.Http.PostJson("/api/restores", JsonSerializer.Serialize(new { target = target.ConnectionString, at, drop = true, nsExclude, confirmDrop = new[] { "shop.orders" } })))
        {
            (await refused.ShouldBeProblem(HttpStatusCode.Conflict)).GetProperty("namespaces").EnumerateArray().Select(n => n.GetString()).ShouldBe(["logs.events", "shop.orders"]);
        }

        using (var started = await server.Http.PostJson("/api/restores", JsonSerializer.Serialize(new { target = target.ConnectionString, at, drop = true, nsExclude, confirmDrop = new[] { "shop.orders", "logs.events" } })))
        {
            started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        }
        var ended = await server.Http.Ended("restore");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        foreach (var (name, id) in new[] { ("shop.orders", "theirs"), ("logs.events", "theirs"), ("logs.kept", "mine") }) (await Ids(target, name)).ShouldBe([id]);
    }

    private static async Task BackUp(RunningServer server, string type)
    {
        using (var started = await server.Http.PostJson("/api/backups", JsonSerializer.Serialize(new { type }))) started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await server.Http.Ended($"{type}-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
    }

    private static async Task<IEnumerable<string?>> Drops(RunningServer server, object request)
    {
        using var response = await server.Http.PostJson("/api/restores", JsonSerializer.Serialize(request));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return [.. (await response.Json()).GetProperty("drops").EnumerateArray().Select(n => n.GetString())];
    }

    private static async Task Write(EmbeddedMongoServer server, string name, string id)
    {
        using var client = new MongoClient(server.ConnectionString);
        var ns = CollectionNamespace.FromFullName(name);
        await client.GetDatabase(ns.DatabaseNamespace.DatabaseName).GetCollection<BsonDocument>(ns.CollectionName).InsertOneAsync(new BsonDocument("_id", id));
    }

    private static async Task<IEnumerable<string>> Ids(EmbeddedMongoServer server, string name)
    {
        using var client = new MongoClient(server.ConnectionString);
        var ns = CollectionNamespace.FromFullName(name);
        return (await client.GetDatabase(ns.DatabaseNamespace.DatabaseName).GetCollection<BsonDocument>(ns.CollectionName).Find(new BsonDocument()).ToListAsync()).Select(d => d["_id"].AsString);
    }
}
