using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Functions.Tests;

/// <summary>In this host, too, health is red when no backup has succeeded by its schedule; the worker itself is alive, and ready.</summary>
public sealed class RedHealthTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-red-");
    private readonly LaterTime _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();

    public void Dispose()
    {
        _services.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Backups_that_do_not_succeed_are_red_and_the_worker_lives_and_is_ready()
    {
        var settings = new SettingsSource(
            new Dictionary<string, string>
            {
                ["MONGODB_URI"] = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100",
                ["MONGODB_CATALOG_URI"] = Url("catalogue"),
                ["BACKUP_ENCRYPTION_KEY"] = new string('0', 64),
                ["IPFS_NODE_1_URL"] = Url("vault1"),
                ["IPFS_NODE_2_URL"] = Url("vault2"),
                ["BACKUP_API_KEY"] = "the key",
                ["FULL_BACKUP_SCHEDULE"] = "0 2 * * 0",
                ["INCREMENTAL_BACKUP_SCHEDULE"] = "0 2 * * *",
            },
            new Dictionary<string, string>(), _directory.FullName, new DiskFiles());
        using var worker = new WorkerEngine(settings, _time, new SystemRandomSource(), NullLoggerFactory.Instance);
        var health = new HttpHealth(new HttpApi(worker, settings, _time, new SystemRandomSource()));
        (await Ask(health.Health)).Status.ShouldBe(200);
        _time.By = TimeSpan.FromDays(9);
        var (status, body) = await Ask(health.Health);
        (status, body.GetProperty("status").GetString()).ShouldBe((503, "unhealthy"));
        body.GetProperty("problems").EnumerateArray().Where(p => p.GetProperty("event").GetString() == "backup.overdue").Select(p => p.GetProperty("subject").GetString()).ShouldBe(["full", "incremental"]);
        (await Ask(health.HealthLive)).Status.ShouldBe(200);
        (await Ask(health.HealthReady)).Status.ShouldBe(200);
    }

    private async Task<(int Status, JsonElement Body)> Ask(Func<HttpRequest, Microsoft.DurableTask.Client.DurableTaskClient, Task<IResult>> ask)
    {
        var http = new DefaultHttpContext { RequestServices = _services, Request = { Method = "GET" }, Response = { Body = new MemoryStream() } };
        http.Request.Headers["x-functions-key"] = "the key";
        await (await ask(http.Request, new FakeClient())).ExecuteAsync(http);
        return (http.Response.StatusCode, JsonElement.Parse(((MemoryStream)http.Response.Body).ToArray()));
    }

    private string Url(string name) => new Uri(Path.Combine(_directory.FullName, name)).AbsoluteUri;

    private sealed class LaterTime : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + By;
    }
}
