using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Api;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Status;
using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Engine;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>Health over a real repository, at times and in states that make it red, and green again.</summary>
public sealed class HealthTests(EngineServer server) : IClassFixture<EngineServer>, IAsyncLifetime
{
    private const string Key = "the key of the api";

    private readonly EngineRun _run = new(server);
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private DateTimeOffset _made;

    public async ValueTask InitializeAsync()
    {
        await _run.Fill("things", 0, 10, 100);
        _made = (await _run.BackUp()).Backup.Completed;
    }

    public ValueTask DisposeAsync()
    {
        _services.Dispose();
        _run.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task After_a_backup_it_is_green_and_tells_the_last_and_the_next()
    {
        var (status, health) = await Ask();
        (status, health.GetProperty("status").GetString(), health.GetProperty("ipfsStatus").GetString()).ShouldBe((200, "healthy", "ok"), health.ToString());
        health.GetProperty("lastBackup").GetProperty("type").GetString().ShouldBe("full");
        foreach (var type in new[] { "full", "incremental" })
            health.GetProperty("lastSuccess").GetProperty(type).GetDateTimeOffset().ShouldBe(_made, TimeSpan.FromSeconds(1));
        health.GetProperty("nextBackup").GetDateTimeOffset().ShouldBeGreaterThan(_made);
        health.GetProperty("problems").EnumerateArray().ShouldAllBe(p => p.GetProperty("level").GetString() == "warning");
    }

    [Fact]
    public async Task When_backups_stop_succeeding_it_is_red_and_ready_all_the_same()
    {
        var late = TimeSpan.FromDays(9);
        var (status, health) = await Ask(after: late);
        (status, health.GetProperty("status").GetString()).ShouldBe((503, "unhealthy"));
        var problems = health.GetProperty("problems").EnumerateArray().Where(p => p.GetProperty("event").GetString() == "backup.overdue").ToList();
        problems.Select(p => p.GetProperty("subject").GetString()).ShouldBe(["full", "incremental"]);
        problems.ShouldAllBe(p => p.GetProperty("hint").GetString()!.Contains("`backupfn doctor`") && p.GetProperty("level").GetString() == "error");
        (await Ask(h => h.Ready, late)).Status.ShouldBe(200);
        (await Ask(h => h.Live, late)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Without_the_key_the_status_is_all_that_is_told()
    {
        foreach (var after in new[] { TimeSpan.Zero, TimeSpan.FromDays(9) })
        {
            var (_, health) = await Ask(after: after, key: "another");
            health.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => p.Name).ShouldBe(["status"]);
        }
    }

    [Fact]
    public async Task A_node_that_is_down_is_told_and_both_are_red()
    {
        Replace("vault2");
        var (status, health) = await Ask();
        (status, health.GetProperty("ipfsStatus").GetString()).ShouldBe((200, "degraded"));
        health.GetProperty("problems").EnumerateArray().ShouldContain(p => p.GetProperty("event").GetString() == "node.unreachable" && p.GetProperty("subject").GetString() == "2");
        Replace("vault1");
        (status, health) = await Ask();
        (status, health.GetProperty("ipfsStatus").GetString()).ShouldBe((503, "down"));
        (await Ask(h => h.Ready)).Status.ShouldBe(503);
        (await Ask(h => h.Live)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_catalogue_that_cannot_be_read_is_red()
    {
        Garble();
        var (status, health) = await Ask();
        status.ShouldBe(503);
        health.GetProperty("problems")[0].GetProperty("event").GetString().ShouldBe("catalogue.unreachable");
        (await Ask(h => h.Ready)).Status.ShouldBe(503);
    }

    [Fact]
    public async Task A_catalogue_that_was_rolled_back_is_red_and_recovery_makes_it_green()
    {
        var head = Path.Combine(_run.Directory, "catalogue", "head.json");
        var before = File.ReadAllBytes(head);
        await _run.BackUp();
        await _run.BackUp();
        var newest = File.ReadAllBytes(head);
        File.WriteAllBytes(head, before);
        var (status, health) = await Ask();
        status.ShouldBe(503);
        var problem = health.GetProperty("problems")[0];
        (problem.GetProperty("event").GetString(), problem.GetProperty("hint").GetString()!.Contains("`backupfn recover`")).ShouldBe(("manifest.conflict", true));
        File.WriteAllBytes(head, newest);
        (await Ask()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task What_was_found_out_holds_for_some_seconds()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var engine = _run.Open(time);
        var handlers = Handlers(engine, time);
        (await Ask(handlers.Get)).Status.ShouldBe(200);
        Garble();
        (await Ask(handlers.Get)).Status.ShouldBe(200);
        time.Advance(TimeSpan.FromSeconds(5));
        (await Ask(handlers.Get)).Status.ShouldBe(503);
    }

    private void Garble() => File.WriteAllText(Path.Combine(_run.Directory, "catalogue", "head.json"), "not what was written");

    // a directory that is not there and cannot be made
    private void Replace(string name)
    {
        var path = Path.Combine(_run.Directory, name);
        Directory.Delete(path, recursive: true);
        File.WriteAllText(path, "");
    }

    private async Task<(int Status, JsonElement Health)> Ask(Func<HealthHandlers, Func<HttpContext, Task<IResult>>>? route = null, TimeSpan after = default, string key = Key)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + after);
        using var engine = _run.Open(time);
        return await Ask((route ?? (h => h.Get))(Handlers(engine, time)), key);
    }

    private async Task<(int Status, JsonElement Health)> Ask(Func<HttpContext, Task<IResult>> handler, string key = Key)
    {
        var http = new DefaultHttpContext { RequestServices = _services, Response = { Body = new MemoryStream() } };
        http.Request.Headers[ApiKey.Header] = key;
        await (await handler(http)).ExecuteAsync(http);
        return (http.Response.StatusCode, JsonElement.Parse(((MemoryStream)http.Response.Body).ToArray()));
    }

    private static HealthHandlers Handlers(BackupEngine engine, TimeProvider time) => new(new(engine, new NoStarter(), new ApiKey(Key), new SecretRedactor(), time, new SystemRandomSource()) { Schedules = () => [] });

    private sealed class NoStarter : IWorkflowStarter
    {
        public Task<WorkflowInstance?> Start(string workflow, string instanceId, JsonElement input, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
