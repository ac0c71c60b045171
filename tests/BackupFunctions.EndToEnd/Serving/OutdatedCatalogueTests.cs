using System.Net;
using System.Text.Json;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A restore by a catalogue that is behind its nodes says so, in its plan and at its end.</summary>
public sealed class OutdatedCatalogueTests
{
    [Fact]
    public async Task A_restore_tells_that_the_nodes_know_more_than_the_catalogue()
    {
        await using var source = await EmbeddedMongoServer.Start(new());
        await using var target = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(source.ConnectionString);
        await using var server = await RunningServer.Start(source.ConnectionString);
        await BackUp(server);
        (await Plan(server, target.ConnectionString)).GetArrayLength().ShouldBe(0);
        var head = Path.Combine(server.Directory, "catalogue", "head.json");
        var before = File.ReadAllBytes(head);
        await BackUp(server);
        File.WriteAllBytes(head, before);

        var warning = (await Plan(server, target.ConnectionString)).EnumerateArray().ShouldHaveSingleItem().GetString()!;
        warning.ShouldContain("`backupfn recover`");
        using (var started = await server.Http.PostJson("/api/restores", JsonSerializer.Serialize(new { target = target.ConnectionString }))) started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var ended = await server.Http.Ended("restore");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        ended.GetProperty("output").GetProperty("warnings").EnumerateArray().Select(w => w.GetString()).ShouldContain(warning);
    }

    private static async Task BackUp(RunningServer server)
    {
        using (var started = await server.Http.PostJson("/api/backups", """{"type":"full"}""")) started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await server.Http.Ended("full-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
    }

    private static async Task<JsonElement> Plan(RunningServer server, string target)
    {
        using var response = await server.Http.PostJson("/api/restores", JsonSerializer.Serialize(new { target, dryRun = true }));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Json()).GetProperty("warnings").Clone();
    }
}
