using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Backups: made, listed, shown.</summary>
[Collection(nameof(ConformanceCollection))]
public sealed partial class BackupRouteTests(ConformanceFixture host)
{
    [Fact]
    public async Task A_backup_is_started_followed_and_listed()
    {
        using var started = await host.Http.PostJson("/api/backups", """{"type":"incremental"}""");
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        started.Headers.RetryAfter!.ToString().ShouldBe("5");
        var uris = await started.Json();
        uris.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "suspendPostUri", "resumePostUri"], ignoreOrder: true);
        started.Headers.Location!.ToString().ShouldBe(uris.GetProperty("statusQueryGetUri").GetString());

        var ended = await host.End(uris.GetProperty("id").GetString()!);
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
        ended.GetProperty("name").GetString().ShouldBe("IncrementalBackup");
        ended.GetProperty("output").GetProperty("problems").GetArrayLength().ShouldBe(0);
        foreach (var time in new[] { "createdTime", "lastUpdatedTime" }) UtcSecond().IsMatch(ended.GetProperty(time).GetString()!).ShouldBeTrue(time);
        ended.TryGetProperty("historyEvents", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_recorded_backup_is_found_by_id_by_cid_and_in_the_list()
    {
        var first = host.FirstBackup.GetProperty("backups")[0];
        var (id, cid) = (first.GetProperty("id").GetString()!, first.GetProperty("cid").GetString()!);
        foreach (var reference in new[] { id, cid })
        {
            var shown = await host.Http.Ok($"/api/backups/{reference}");
            shown.GetProperty("backup").GetProperty("id").GetString().ShouldBe(id);
            shown.GetProperty("copies").GetArrayLength().ShouldBe(shown.GetProperty("wantedCopies").GetInt32());
        }
        (await host.Http.Ok("/api/backups/latest")).GetProperty("backup").GetProperty("id").GetString().ShouldNotBeNull();
        var full = (await host.Http.Ok("/api/backups?type=full&limit=1000")).GetProperty("backups").EnumerateArray().ToList();
        full.ShouldAllBe(b => b.GetProperty("type").GetString() == "full");
        full.ShouldContain(b => b.GetProperty("id").GetString() == id);
        var none = await host.Http.Ok("/api/backups?until=2001-01-01T00:00:00Z");
        (none.GetProperty("backups").GetArrayLength(), none.GetProperty("total").GetInt32()).ShouldBe((0, 0));
        (await host.Http.Ok("/api/backups?type=full&namespace=no*.such")).GetProperty("total").GetInt32().ShouldBe(0);
        (await host.Http.Ok("/api/backups?limit=1")).GetProperty("backups").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Windows_begin_with_a_full_backup()
    {
        var windows = (await host.Http.Ok("/api/windows")).GetProperty("windows");
        windows.GetArrayLength().ShouldBeGreaterThan(0);
        windows[0].GetProperty("from").GetString()!.Split(':').Length.ShouldBe(2);
    }

    [Fact]
    public async Task The_history_names_the_activities()
    {
        var told = await host.Http.Ok($"{Routes.Instances}/full-backup?showHistory=true&showInput=false");
        told.GetProperty("input").ValueKind.ShouldBe(JsonValueKind.Null);
        var events = told.GetProperty("historyEvents").EnumerateArray().ToList();
        events[0].GetProperty("EventType").GetString().ShouldBe("ExecutionStarted");
        events[^1].GetProperty("EventType").GetString().ShouldBe("ExecutionCompleted");
        foreach (var e in events) e.GetProperty("Timestamp").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
        events.Where(e => e.GetProperty("EventType").GetString() == "TaskCompleted").Select(e => e.GetProperty("FunctionName").GetString()).ShouldContain("DumpAndEncrypt");
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    private static partial Regex UtcSecond();
}
