using System.Net;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Tests.Staging.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.EndToEnd.Staging;

/// <summary>Two processes that share the catalogue, the nodes and a container of blobs: what one leaves behind, the other one ends.</summary>
public sealed class KilledInstanceTests(AzuriteFixture fixture) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-instances-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task What_a_killed_process_had_sealed_is_delivered_by_another_one_without_a_server_to_dump()
    {
        var azurite = await fixture.Azurite;
        var container = azurite.Container(azurite.NewContainer());
        Dictionary<string, string> settings;
        IReadOnlyDictionary<string, string> contents;
        await using (var source = await EmbeddedMongoServer.Start(new()))
        {
            await MongoFixture.Seed(source.ConnectionString);
            contents = await MongoFixture.Contents(source.ConnectionString);
            settings = StandaloneSettings.Of(_directory.FullName, source.ConnectionString, key: null);
            (settings[SettingNames.Staging], settings[SettingNames.StagingContainer]) = (azurite.ConnectionString, container.Name);

            // a thousand bytes per second: it is killed long before it has delivered anything
            using var first = await InstanceProcess.Start(Own("one"), settings, (SettingNames.RateLimit, "0.001"));
            using var started = await first.Http.PostJson("/api/backups", """{"type":"full"}""");
            started.EnsureSuccessStatusCode();
            await Until(async () => await Staged(container) is { } names && names.Any(n => n.EndsWith($"/{StagedBackup.RecordName}", StringComparison.Ordinal)));
            first.Kill();
        }
        var id = (await Staged(container))[0].Split('/')[0];

        using var second = await InstanceProcess.Start(Own("two"), settings, (SettingNames.ResumeSchedule, "* * * * * *"));
        // the dead process counts until its time is over
        await Until(async () => await Status(second, "resume-uploads") == "Completed");
        (await Backups(second)).ShouldBeEmpty();
        (await Staged(container)).ShouldContain($"{id}/{StagedBackup.RecordName}");

        await EndTimeOfHolders();
        await Until(async () => (await Backups(second)).Count > 0 && (await Staged(container)).Count == 0);
        var delivered = (await Backups(second)).ShouldHaveSingleItem();
        (delivered.GetProperty("id").GetString(), delivered.GetProperty("state").GetString()).ShouldBe((id, "complete"));

        // the first one comes back and finds its backup delivered
        using var again = await InstanceProcess.Start(Own("one"), settings);
        await Until(async () => await Status(again, "full-backup") is "Completed" or "Failed");
        var ended = await again.Http.Ok($"{Routes.Instances}/full-backup");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", $"{ended}");
        ended.GetProperty("output").GetProperty("backups")[0].GetProperty("id").GetString().ShouldBe(id);
        (await Backups(again)).ShouldHaveSingleItem();

        await using var target = await EmbeddedMongoServer.Start(new());
        await Restore(settings, target.ConnectionString);
        (await MongoFixture.Contents(target.ConnectionString)).ShouldBe(contents, ignoreOrder: true);
    }

    private string Own(string name) => Path.Combine(_directory.FullName, name);

    private static async Task<List<string>> Staged(Azure.Storage.Blobs.BlobContainerClient container) =>
        await container.ExistsAsync(Cancellation) ? [.. container.GetBlobs(cancellationToken: Cancellation).Select(b => b.Name)] : [];

    private static async Task<List<JsonElement>> Backups(InstanceProcess instance) => [.. (await instance.Http.Ok("/api/backups")).GetProperty("backups").EnumerateArray()];

    private static async Task<string?> Status(InstanceProcess instance, string workflow)
    {
        using var response = await instance.Http.Get($"{Routes.Instances}/{workflow}");
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted ? (await response.Json()).GetProperty("runtimeStatus").GetString() : null;
    }

    /// <summary>As if all who are at a backup had been silent for long enough.</summary>
    private async Task EndTimeOfHolders()
    {
        var catalog = new FileCatalog(new Uri(StandaloneSettings.Of(_directory.FullName, "", null)[SettingNames.CatalogUri]).LocalPath, new DiskFiles());
        await Until(async () =>
        {
            var table = await catalog.ReadLocks(Cancellation);
            table.Holders.ShouldContain(h => h.Backups.Count == 1);
            return await catalog.TryReplaceLocks(table.Version,
                table with { Version = table.Version + 1, Holders = [.. table.Holders.Select(h => h.Backups.Count > 0 ? h with { Until = DateTimeOffset.UnixEpoch } : h)] }, Cancellation);
        });
    }

    private static async Task Restore(Dictionary<string, string> settings, string target)
    {
        var files = new DiskFiles();
        var options = BackupOptions.Load(new SettingsSource(settings, new Dictionary<string, string>(), "/", files), OptionsScope.Restore);
        using var engine = new BackupEngine(options, new(TimeProvider.System, new SystemRandomSource(), files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
        using var endpoint = BackupEngine.Endpoint(target, "the target", TimeProvider.System);
        var backup = (await engine.Manifest.Load(Cancellation)).Backups.ShouldHaveSingleItem();
        await engine.Restore(new(backup.Root, [], [], Drop: false, Force: false), endpoint, null, Cancellation);
    }

    private static async Task Until(Func<Task<bool>> isSo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!await isSo()) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
    }
}
