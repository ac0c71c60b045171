using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Functions.Tests;

/// <summary>Who is told in detail how it stands.</summary>
public sealed class HealthKeyTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-health-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("BACKUP_API_KEY", "the key", "the key", true)]
    [InlineData("BACKUP_API_KEY_FILE", "key", "the key", true)]
    [InlineData("BACKUP_API_KEY_FILE", "key", "another", false)]
    [InlineData("BACKUP_API_KEY_FILE", "key", null, false)]
    [InlineData("UNRELATED", "x", "", false)]
    public async Task Detail_needs_the_key_of_the_setting_or_of_its_file(string setting, string value, string? presented, bool detail)
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "key"), "the key\n");
        var (status, health) = await Health((setting, value), presented);
        (status, health.GetProperty("status").GetString()).ShouldBe((503, "unhealthy"));
        (health.GetProperty("problems").ValueKind == JsonValueKind.Array).ShouldBe(detail);
    }

    [Fact]
    public async Task Detail_tells_what_timers_start_next()
    {
        var (_, health) = await Health(("BACKUP_API_KEY", "the key"), "the key");
        health.GetProperty("schedules").EnumerateArray().Select(s => s.GetProperty("workflow").GetString()).ShouldBe(["FullBackup"]);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_told()
    {
        var (status, problem) = await Health(("BACKUP_API_KEY_FILE", "missing"), null);
        status.ShouldBe(400);
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("BACKUP_API_KEY_FILE cannot be read");
    }

    private async Task<(int, JsonElement)> Health((string Name, string Value) setting, string? presented)
    {
        // a vault that cannot be: its directory is a file
        var file = Path.Combine(_directory.FullName, "file");
        File.WriteAllText(file, "");
        var settings = new SettingsSource(
            new Dictionary<string, string>
            {
                ["MONGODB_URI"] = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100",
                ["MONGODB_CATALOG_URI"] = new Uri(Path.Combine(_directory.FullName, "catalogue")).AbsoluteUri,
                ["BACKUP_ENCRYPTION_KEY"] = new string('0', 64),
                ["FULL_BACKUP_SCHEDULE"] = "0 2 * * 0",
                ["IPFS_NODE_1_URL"] = $"{new Uri(file).AbsoluteUri}/1",
                ["IPFS_NODE_2_URL"] = $"{new Uri(file).AbsoluteUri}/2",
                [setting.Name] = setting.Value,
            },
            new Dictionary<string, string>(), _directory.FullName, new DiskFiles());
        using var worker = new WorkerEngine(settings, TimeProvider.System, new SystemRandomSource(), NullLoggerFactory.Instance);
        using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, Request = { Method = "GET" }, Response = { Body = new MemoryStream() } };
        if (presented is not null) http.Request.Headers["x-functions-key"] = presented;
        var api = new HttpApi(worker, settings, TimeProvider.System, new SystemRandomSource());
        await (await new HttpHealth(api).Health(http.Request, new FakeClient())).ExecuteAsync(http);
        return (http.Response.StatusCode, JsonElement.Parse(((MemoryStream)http.Response.Body).ToArray()));
    }
}
