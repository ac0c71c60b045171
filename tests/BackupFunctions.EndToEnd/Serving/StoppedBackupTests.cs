using System.Net;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A backup that is stopped over HTTP while it dumps: it ends, leaves nothing behind, and is in nobody's way.</summary>
public sealed class StoppedBackupTests
{
    [Theory]
    [InlineData("raiseEvent/cancel", "Canceled")]
    [InlineData("terminate?reason=enough", "Terminated")]
    public async Task It_ends_and_gives_back_its_staging_and_the_lock(string change, string status)
    {
        await using var held = await HeldServer.Start();
        await using var server = await RunningServer.Start(held.Uri);
        held.Staging = server.Staging;
        await Start(server);
        await held.Reached();
        using (var stopped = await server.Http.PostJson($"{Routes.Instances}/full-backup/{change}", "\"enough\"")) stopped.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var ended = await server.Http.Ended("full-backup");
        (ended.GetProperty("runtimeStatus").GetString(), ended.GetProperty("output").GetString()).ShouldBe((status, "enough"));
        Staged(server).ShouldBeEmpty();
        (await server.Http.Ok("/api/backups")).GetProperty("total").GetInt32().ShouldBe(0);

        held.Release();
        await Start(server);
        (await server.Http.Ended("full-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
        (await server.Http.Ok("/api/backups")).GetProperty("backups").EnumerateArray().ShouldHaveSingleItem().GetProperty("state").GetString().ShouldBe("complete");
        Staged(server).ShouldBeEmpty();
    }

    private static async Task Start(RunningServer server)
    {
        using var started = await server.Http.PostJson("/api/backups", """{"type":"full"}""");
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
    }

    private static IEnumerable<string> Staged(RunningServer server) => Directory.Exists(server.Staging) ? Directory.EnumerateFiles(server.Staging, "*", SearchOption.AllDirectories) : [];
}
