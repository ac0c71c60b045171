using System.Net;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Retention: planned, started and followed; single backups are removed only when that is harmless.</summary>
[Collection(nameof(ConformanceCollection))]
public sealed class RetentionRouteTests(ConformanceFixture host)
{
    [Fact]
    public async Task A_dry_run_gives_a_reason_for_each_backup()
    {
        using var response = await host.Http.PostJson("/api/retention", """{"dryRun":true}""");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var backups = (await response.Json()).GetProperty("backups").EnumerateArray().ToList();
        backups.ShouldNotBeEmpty();
        backups.ShouldAllBe(b => b.GetProperty("reasons").GetArrayLength() > 0);
        backups.ShouldContain(b => b.GetProperty("keep").GetBoolean() && b.GetProperty("type").GetString() == "full");
    }

    [Fact]
    public async Task It_is_started_and_says_what_it_did()
    {
        using (var started = await host.Http.PostJson("/api/retention", "{}"))
        {
            started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            started.Headers.Location!.AbsolutePath.ShouldBe($"{Routes.Instances}/retention");
        }
        var ended = await host.End("retention");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        var output = ended.GetProperty("output");
        output.GetProperty("kept").GetInt32().ShouldBeGreaterThan(0);
        (output.GetProperty("removed").GetInt32(), output.GetProperty("unpinned").GetInt32()).ShouldBe((0, 0));
        output.GetProperty("problems").GetArrayLength().ShouldBe(0, output.ToString());
    }

    [Fact]
    public async Task An_unknown_backup_cannot_be_removed()
    {
        using var response = await host.Http.DeleteAsync(new Uri("/api/backups/00000000000000000000000000000000", UriKind.Relative));
        await response.ShouldBeProblem(HttpStatusCode.NotFound);
    }
}
