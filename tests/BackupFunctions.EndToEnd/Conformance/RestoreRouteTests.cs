using System.Net;
using System.Text.Json;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Restores, and what can be done to an instance while it goes on. A restore into a server that does not answer goes on for as long as a test needs.</summary>
[Collection(nameof(ConformanceCollection))]
public sealed class RestoreRouteTests(ConformanceFixture host)
{
    private const string Nowhere = "mongodb://ada:pa55word-of-ada@127.0.0.1:1/?serverSelectionTimeoutMS=240000", Restore = Routes.Instances + "/restore";

    [Fact]
    public async Task A_dry_run_gives_the_plan_and_starts_nothing()
    {
        using var response = await host.Http.PostJson("/api/restores", $$"""{"target":"{{Nowhere}}","nsInclude":["shop.*"],"dryRun":true}""");
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        text.ShouldNotContain("pa55word");
        JsonElement.Parse(text).GetProperty("cid").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task What_is_dropped_is_confirmed_by_name()
    {
        if (host.Target is null) Assert.Skip("CONFORMANCE_TARGET_URI is not set");
        using var refused = await host.Http.PostJson("/api/restores", JsonSerializer.Serialize(new { target = host.Target, drop = true, confirmDrop = new[] { "*" } }));
        var problem = await refused.ShouldBeProblem(HttpStatusCode.Conflict);
        problem.GetProperty("namespaces").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_backup_is_restored_into_the_target_and_compared()
    {
        if (host.Target is null) Assert.Skip("CONFORMANCE_TARGET_URI is not set");
        using var planned = await host.Http.PostJson("/api/restores", JsonSerializer.Serialize(new { target = host.Target, drop = true }));
        var confirmed = (await planned.ShouldBeProblem(HttpStatusCode.Conflict)).GetProperty("namespaces");
        using var started = await host.Http.PostJson("/api/restores", JsonSerializer.Serialize(new { target = host.Target, drop = true, confirmDrop = confirmed }));
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var ended = await host.End("restore");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        var output = ended.GetProperty("output");
        output.GetProperty("documents").GetInt64().ShouldBeGreaterThan(0);
        if (output.GetProperty("replay").ValueKind == JsonValueKind.Null) output.GetProperty("differences").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_instance_is_held_goes_on_and_is_terminated()
    {
        await StartNowhere();
        using (var second = await host.Http.PostJson("/api/restores", $$"""{"target":"{{Nowhere}}"}"""))
            (await second.ShouldBeProblem(HttpStatusCode.Conflict)).GetProperty("running").GetProperty("id").GetString().ShouldBe("restore");

        using (var response = await host.Http.Get(Restore))
        {
            var text = await response.Content.ReadAsStringAsync();
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (response.Headers.RetryAfter!.ToString(), response.Headers.Location!.AbsolutePath).ShouldBe(("5", Restore));
            text.ShouldNotContain("pa55word");
        }
        await Change("suspend", HttpStatusCode.Accepted);
        await host.Reach("restore", "Suspended");
        await Change("resume", HttpStatusCode.Accepted);
        await host.Reach("restore", "Running");
        using (var deleted = await host.Http.DeleteAsync(new Uri(Restore, UriKind.Relative)))
            (await deleted.Json()).GetProperty("instancesDeleted").GetInt32().ShouldBe(0);

        await Change("terminate", HttpStatusCode.Accepted);
        (await host.End("restore")).GetProperty("runtimeStatus").GetString().ShouldBe("Terminated");
        foreach (var change in new[] { "terminate", "suspend", "resume" }) await Change(change, HttpStatusCode.Gone);
        using var purged = await host.Http.DeleteAsync(new Uri(Restore, UriKind.Relative));
        (await purged.Json()).GetProperty("instancesDeleted").GetInt32().ShouldBe(1);
        using var gone = await host.Http.Get(Restore);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_instance_is_cancelled_by_an_event()
    {
        await StartNowhere();
        using var raised = await host.Http.PostJson($"{Restore}/raiseEvent/cancel", "\"enough\"");
        raised.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var ended = await host.End("restore");
        // an orchestration of Durable can end itself as failed only
        if (ended.GetProperty("runtimeStatus").GetString() == "Failed") ended.GetProperty("output").GetString().ShouldNotBeNull().ShouldContain("cancelled");
        else ended.GetProperty("runtimeStatus").GetString().ShouldBe("Canceled");
    }

    [Fact]
    public async Task Instances_are_listed_in_pages_and_by_state()
    {
        await StartNowhere();
        var running = await host.Http.Ok($"{Routes.Instances}?runtimeStatus=Running,Pending&instanceIdPrefix=rest");
        running.EnumerateArray().Select(i => i.GetProperty("instanceId").GetString()).ShouldBe(["restore"]);
        await Change("terminate", HttpStatusCode.Accepted);
        await host.End("restore");

        var seen = new List<string>();
        string? token = null;
        for (var page = 0; page < 10; page++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Routes.Instances}?top=1");
            if (token is not null) request.Headers.Add("x-ms-continuation-token", token);
            using var response = await host.Http.SendAsync(request);
            seen.AddRange((await response.Json()).EnumerateArray().Select(i => i.GetProperty("instanceId").GetString()!));
            token = response.Headers.TryGetValues("x-ms-continuation-token", out var next) ? next.Single() : null;
            if (token is null) break;
        }
        token.ShouldBeNull();
        seen.ShouldBeUnique();
        seen.ShouldContain("restore");
        seen.ShouldContain("full-backup");
    }

    private async Task StartNowhere()
    {
        using var started = await host.Http.PostJson("/api/restores", $$"""{"target":"{{Nowhere}}"}""");
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
    }

    private async Task Change(string change, HttpStatusCode expected)
    {
        using var response = await host.Http.Post($"{Restore}/{change}?reason=test");
        response.StatusCode.ShouldBe(expected, change);
    }
}
