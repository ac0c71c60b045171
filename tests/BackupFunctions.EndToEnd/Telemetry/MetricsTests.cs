using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Docs;
using BackupFunctions.EndToEnd.Serving;

namespace BackupFunctions.EndToEnd.Telemetry;

/// <summary><c>GET /api/metrics</c> of a Standalone host, and what is made for it.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task A_backup_and_a_drill_are_in_the_metrics_also_after_a_restart()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        var before = await Scrape(server);
        before["repository_up"].ShouldBe(1);
        before.Has("""last_success_timestamp_seconds{type="full"}""").ShouldBeFalse();
        Everything(before);

        var full = (await Ended(server, "/api/backups", """{"type":"full"}""", "full-backup")).GetProperty("backups")[0];
        await Ended(server, "/api/backups", """{"type":"incremental"}""", "incremental-backup");
        await Ended(server, "/api/drills", "{}", "restore-drill");
        // what flows is of the process, which other tests are in, too
        var flows = await Scrape(server);
        foreach (var series in new[] { """runs_total{workflow="FullBackup",outcome="completed"}""", """pins_total{node="2",outcome="completed"}""", """uploaded_bytes_total{node="1"}""", """upload_duration_seconds_count{node="1"}""" })
            flows[series].ShouldBeGreaterThanOrEqualTo(1, series);
        await server.Restart();
        var after = await Scrape(server);
        after["""backups{type="full"}"""].ShouldBe(1);
        after["""success_ratio{type="full"}"""].ShouldBe(1);
        after["""storage_bytes{type="full",kind="stored"}"""].ShouldBe(full.GetProperty("storedBytes").GetInt64());
        after["""storage_bytes{type="full",kind="logical"}"""].ShouldBe(full.GetProperty("bytes").GetInt64());
        after["""storage_bytes{type="full",kind="deduplicated"}"""].ShouldBe(full.GetProperty("storedBytes").GetInt64() - full.GetProperty("newBytes").GetInt64());
        after["""last_success_timestamp_seconds{type="full"}"""].ShouldBe(Seconds(full.GetProperty("completed")), 1);
        after["""last_verification_timestamp_seconds{node="1"}"""].ShouldBeGreaterThan(0);
        after["""last_verification_timestamp_seconds{node="2"}"""].ShouldBeGreaterThan(0);
        (after["copies_missing"], after["copies_damaged"], after["uploads_waiting"], after["restorable_gaps"]).ShouldBe((0, 0, 0, 0));
        var windows = (await server.Http.Ok("/api/windows")).GetProperty("windows");
        after["restorable_start_timestamp_seconds"].ShouldBe(Seconds(windows[0].GetProperty("fromTime")));
        after["restorable_end_timestamp_seconds"].ShouldBe(Seconds(windows[0].GetProperty("toTime")));
        (after.Has("oplog_headroom_seconds"), after.Has("oplog_window_seconds")).ShouldBe((true, true));
        (after.Has("""last_drill_timestamp_seconds{outcome="proven"}""") || after.Has("""last_drill_timestamp_seconds{outcome="replayed"}""")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_scrub_heals_and_what_retention_does_is_counted()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        await using var server = await RunningServer.Start(mongo.ConnectionString, settings =>
        {
            settings[SettingNames.RetentionDays] = "0";
            settings[SettingNames.KeepLast] = "1";
        });
        await Ended(server, "/api/backups", """{"type":"full"}""", "full-backup");
        var before = await Scrape(server);
        // retention follows a backup
        await Ended(server, "/api/backups", """{"type":"full"}""", "full-backup");
        new DirectoryInfo(Path.Combine(server.Directory, "vault1")).EnumerateFiles("*.car", SearchOption.AllDirectories).MaxBy(f => f.Length)!.Delete();
        await Ended(server, "/api/scrubs", """{"all":true}""", "scrub");
        await Ended(server, "/api/retention", "{}", "retention");
        // a reading of the manifest holds for a while
        var after = await Scrape(server);
        for (var turn = 0; turn < 60 && after["backups_removed"] == 0; turn++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken);
            after = await Scrape(server);
        }
        Grown("""blocks_healed_total{node="1"}""").ShouldBeGreaterThanOrEqualTo(1);
        Grown("retention_removed_total").ShouldBeGreaterThanOrEqualTo(1);
        Grown("""activity_duration_seconds_count{activity="ScrubCopy",outcome="completed"}""").ShouldBeGreaterThanOrEqualTo(2);
        foreach (var workflow in new[] { "Scrub", "Retention" }) Grown($$"""run_duration_seconds_count{workflow="{{workflow}}",outcome="completed"}""").ShouldBeGreaterThanOrEqualTo(1);
        (after["backups_removed"], after["copies_damaged"]).ShouldBe((1, 0));
        after["storage_removed_bytes"].ShouldBePositive();
        after["""last_scrub_timestamp_seconds{node="1"}"""].ShouldBePositive();

        // other tests count in this process, too
        double Grown(string series) => after[series] - (before.Has(series) ? before[series] : 0);
    }

    [Fact]
    public async Task A_catalogue_that_cannot_be_read_is_told_and_the_rest_is_left_out()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings => settings[SettingNames.CatalogUri] = RunningServer.Nowhere);
        var metrics = await Scrape(server);
        metrics["repository_up"].ShouldBe(0);
        metrics.Has("manifest_revision").ShouldBeFalse();
    }

    [Fact]
    public async Task The_dashboard_and_the_alert_rules_use_names_that_there_are()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere);
        var names = (await Scrape(server)).Names.ToList();
        using var dashboard = JsonDocument.Parse(new Document("infra/grafana/backupfunctions.json").Text);
        var queries = dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(p => p.GetProperty("targets").EnumerateArray()).Select(t => t.GetProperty("expr").GetString()!).ToList();
        var conditions = Condition().Matches(new Document("infra/prometheus/alerts.yaml").Text).Select(m => m.Groups[1].Value).ToList();
        (queries.Count > 20, conditions.Count > 10).ShouldBe((true, true));
        foreach (var query in queries.Concat(conditions))
        {
            var used = MetricName().Matches(query).Select(m => m.Value).ToList();
            used.ShouldNotBeEmpty(query);
            used.ShouldBeSubsetOf(names, query);
        }
        // and each is explained
        var explained = new Document("docs/metrics.md").Text;
        var families = (await Scrape(server)).Types.Keys.ToList();
        foreach (var family in families) explained.ShouldContain($"`{family}`");
        // and nothing else is promised
        Promised().Matches(explained).Select(m => m.Groups[1].Value).Distinct().ShouldBe(families, ignoreOrder: true);
    }

    [Fact]
    public async Task It_needs_the_key()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings => settings[SettingNames.ApiKey] = "a key for metrics");
        using var refused = await server.Http.Get("/api/metrics");
        await refused.ShouldBeProblem(HttpStatusCode.Unauthorized);
        server.Http.DefaultRequestHeaders.Add("x-functions-key", "a key for metrics");
        (await Scrape(server)).Has("repository_up").ShouldBeTrue();
    }

    private static void Everything(MetricsText metrics) => metrics.Types.ShouldSatisfyAllConditions(
        t => t["backupfunctions_runs_total"].ShouldBe("counter"),
        t => t["backupfunctions_uploaded_bytes_total"].ShouldBe("counter"),
        t => t["backupfunctions_run_duration_seconds"].ShouldBe("histogram"),
        t => t["backupfunctions_storage_bytes"].ShouldBe("gauge"));

    private static async Task<MetricsText> Scrape(RunningServer server)
    {
        using var response = await server.Http.Get("/api/metrics");
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        return new(await response.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> Ended(RunningServer server, string path, string body, string instance)
    {
        using var started = await server.Http.PostJson(path, body);
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        var ended = await server.Http.Ended(instance);
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.GetRawText());
        return ended.GetProperty("output");
    }

    private static double Seconds(JsonElement time) => DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds() / 1000.0;

    [GeneratedRegex("(?m)^ +expr: (.+)$")]
    private static partial Regex Condition();

    [GeneratedRegex("`(backupfunctions_[a-z0-9_]+)`")]
    private static partial Regex Promised();

    [GeneratedRegex("backupfunctions_[a-z0-9_]+")]
    private static partial Regex MetricName();
}
