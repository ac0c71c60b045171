using System.Globalization;
using System.Net;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary>Two processes on one repository: the catalogue in MongoDB and both vaults are shared, staging is each one's own.</summary>
public sealed class TwoProcessesTests
{
    [Fact]
    public async Task A_full_backup_and_slices_run_side_by_side_a_second_full_one_says_who_runs_the_first_and_unpinning_waits_for_all()
    {
        await using var server = await HeldServer.Start();
        using var work = Workspace(server);
        await work.BackUp();
        server.Staging = work.PathOf("staging");
        using var first = ChildProcess.Start(work, "backup full --json");
        await server.Reached();

        using var second = await ServeProcess.Start(work.Root, Settings(work, server));
        using (var client = new MongoClient(server.Uri)) await client.GetDatabase("shop").GetCollection<BsonDocument>("orders").InsertOneAsync(new BsonDocument("_id", 1));
        await Begin(second, "incremental");
        var slice = await Until(second, "incremental-backup", s => Status(s) != "Running" && Status(s) != "Pending");
        Status(slice).ShouldBe("Completed", slice.ToString());
        slice.GetProperty("output").GetProperty("backups").EnumerateArray().ShouldHaveSingleItem().GetProperty("type").GetString().ShouldBe("incremental");
        slice.GetProperty("output").GetProperty("warnings").EnumerateArray().ShouldBeEmpty();

        await Begin(second, "full");
        await Until(second, "full-backup", s => s.GetProperty("historyEvents").EnumerateArray().Any(e => e.TryGetProperty("FunctionName", out var name) && name.GetString() == "PlanResume"));
        using (var engine = Engine(work))
        {
            var locks = new RepositoryLock(engine.Catalog, TimeProvider.System);
            (await Should.ThrowAsync<BackupException>(() => locks.Take("x", LockMode.Exclusive, "unpinning", CancellationToken.None))).ShouldSatisfyAllConditions(
                e => e.Kind.ShouldBe(ErrorKind.Locked), e => e.Message.ShouldContain("a full backup holds it"));
            server.Release();
            (await first.End()).Ended(0);
            var full = await Until(second, "full-backup", s => Status(s) is not ("Running" or "Pending"));
            Status(full).ShouldBe("Completed", full.ToString());
            full.GetProperty("output").GetProperty("warnings").EnumerateArray().ShouldHaveSingleItem().GetString()!.ShouldSatisfyAllConditions(
                w => w.ShouldContain("a full backup"), w => w.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"process {first.Id} on {Environment.MachineName}")));

            var exclusive = await locks.Take("x", LockMode.Exclusive, "unpinning", CancellationToken.None);
            (await engine.Catalog.ReadHead(CancellationToken.None))!.Fence.ShouldBe(exclusive.Fence);
            await locks.Release("x", CancellationToken.None);
        }
        (await work.Listed()).ShouldBe(["complete", "complete", "complete", "complete"]);
        (await work.Run("windows --json")).Ended(0).Lines.Count.ShouldBe(1);
        foreach (var line in (await work.Run("list --json")).Ended(0).Lines) (await work.Run($"verify {line.GetProperty("id").GetString()}")).Ended(0);
    }

    [Fact]
    public async Task The_lock_of_a_process_that_was_killed_is_taken_over_when_its_time_is_over_and_what_it_writes_late_is_refused()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there are no signals on Windows");
        await using var server = await HeldServer.Start();
        using var work = Workspace(server);
        await work.BackUp();
        server.Staging = work.PathOf("staging");
        using (var killed = ChildProcess.Start(work, "backup full"))
        {
            await server.Reached();
            killed.Signal("KILL");
            await killed.End();
        }
        server.Release();

        using var engine = Engine(work);
        var dead = (await engine.Catalog.ReadLocks(CancellationToken.None)).Holders.ShouldHaveSingleItem();
        var now = new RepositoryLock(engine.Catalog, TimeProvider.System);
        (await Should.ThrowAsync<BackupException>(() => now.Take("x", LockMode.Exclusive, "unpinning", CancellationToken.None))).Message.ShouldContain(dead.ToString());
        var later = new RepositoryLock(engine.Catalog, new FakeTimeProvider(dead.Until + TimeSpan.FromSeconds(1)));
        await later.Take("x", LockMode.Exclusive, "unpinning", CancellationToken.None);
        await later.Release("x", CancellationToken.None);

        // were it only slow: it would come now, and find itself fenced off
        (await Should.ThrowAsync<BackupException>(() => engine.Manifest.Append([], dead.Fence, CancellationToken.None))).Kind.ShouldBe(ErrorKind.Locked);
        (await work.Listed()).ShouldBe(["complete"]);
        await work.BackUp();
        (await work.Listed()).ShouldBe(["complete", "complete"]);
    }

    private static CliWorkspace Workspace(HeldServer server)
    {
        var work = new CliWorkspace(server.Uri);
        work.Settings.Remove(SettingNames.CatalogUri);
        return work;
    }

    private static Dictionary<string, string> Settings(CliWorkspace work, HeldServer server)
    {
        var settings = StandaloneSettings.Of(work.Root, server.Uri, key: null);
        settings.Remove(SettingNames.CatalogUri);
        foreach (var shared in new[] { SettingNames.Key, SettingNames.NodeUrl(1), SettingNames.NodeUrl(2) }) settings[shared] = work.Environment[shared];
        settings[SettingNames.Staging] = work.PathOf("staging-of-the-second");
        return settings;
    }

    private static BackupEngine Engine(CliWorkspace work)
    {
        var settings = new SettingsSource(work.Environment, new Dictionary<string, string>(), work.Root, new DiskFiles());
        return new(BackupOptions.Load(settings, OptionsScope.Backup),
            new(TimeProvider.System, new SystemRandomSource(), new DiskFiles(), new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
    }

    private static async Task Begin(ServeProcess process, string type)
    {
        using var response = await process.Http.PostJson("/api/backups", JsonSerializer.Serialize(new { type }));
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
    }

    private static string? Status(JsonElement instance) => instance.GetProperty("runtimeStatus").GetString();

    private static async Task<JsonElement> Until(ServeProcess process, string instance, Func<JsonElement, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (true)
        {
            using var response = await process.Http.GetAsync(new Uri($"{Routes.Instances}/{instance}?showHistory=true", UriKind.Relative), patience.Token);
            var status = await response.Json();
            if (isSo(status)) return status;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }
}
