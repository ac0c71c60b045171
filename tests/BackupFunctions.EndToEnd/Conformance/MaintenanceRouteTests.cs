using System.Net;
using System.Text.Json;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Scrubs and restore drills: started, followed, and what they say. Keys are rotated on no host that is only asked whether it conforms.</summary>
[Collection(nameof(ConformanceCollection))]
public sealed class MaintenanceRouteTests(ConformanceFixture host)
{
    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"all":true}""", true)]
    public async Task A_scrub_reads_every_copy(string body, bool all)
    {
        using (var started = await host.Http.PostJson("/api/scrubs", body))
        {
            started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
            started.Headers.Location!.AbsolutePath.ShouldBe($"{Routes.Instances}/scrub");
        }
        var ended = await host.End("scrub");
        (ended.GetProperty("name").GetString(), ended.GetProperty("runtimeStatus").GetString()).ShouldBe(("Scrub", "Completed"), ended.ToString());
        var output = ended.GetProperty("output");
        output.GetProperty("affected").GetArrayLength().ShouldBe(0, output.ToString());
        var copies = output.GetProperty("copies").EnumerateArray().ToList();
        copies.Count.ShouldBeGreaterThanOrEqualTo(2);
        foreach (var copy in copies)
        {
            copy.GetProperty("fault").ValueKind.ShouldBe(JsonValueKind.Null, output.ToString());
            (copy.GetProperty("lost").GetInt64(), copy.GetProperty("unhealed").GetInt64()).ShouldBe((0, 0));
            var slices = copy.GetProperty("slices").GetInt32();
            copy.GetProperty("slice").GetInt32().ShouldBeInRange(1, slices);
            if (all) slices.ShouldBe(1);
            copy.GetProperty("checked").GetInt64().ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task A_drill_restores_a_backup_and_a_proven_one_is_shown_where_backups_are_listed()
    {
        using (var started = await host.Http.PostJson("/api/drills", "{}"))
        {
            started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
            started.Headers.Location!.AbsolutePath.ShouldBe($"{Routes.Instances}/restore-drill");
        }
        var ended = await host.End("restore-drill");
        (ended.GetProperty("name").GetString(), ended.GetProperty("runtimeStatus").GetString()).ShouldBe(("RestoreDrill", "Completed"), ended.ToString());
        var output = ended.GetProperty("output");
        output.GetProperty("outcome").GetString().ShouldBeOneOf("proven", "replayed");
        output.GetProperty("documents").GetInt64().ShouldBeGreaterThan(0);
        (await host.Http.Ok($"/api/backups/{output.GetProperty("backup").GetString()}")).GetProperty("backup").GetProperty("type").GetString().ShouldBe("full");

        // chance chose whether this one could be compared
        var listed = (await host.Http.Ok("/api/backups?until=2001-01-01T00:00:00Z")).GetProperty("lastProven");
        if (output.GetProperty("outcome").GetString() == "proven")
            (listed.GetProperty("backup").GetString(), listed.GetProperty("at").GetString()).ShouldBe((output.GetProperty("backup").GetString(), output.GetProperty("at").GetString()));
    }

    [Fact]
    public async Task A_point_that_no_backup_leads_to_is_not_drilled()
    {
        using var response = await host.Http.PostJson("/api/drills", """{"at":"2001-01-01T00:00:00Z"}""");
        response.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity);
        await response.ShouldBeProblem(response.StatusCode);
    }

    [Fact]
    public async Task Nothing_is_sealed_again_that_was_not_confirmed()
    {
        // 400 where no new key is set, and else the epoch has to be confirmed
        using var response = await host.Http.PostJson("/api/keys/rotations", """{"reEncrypt":true}""");
        response.StatusCode.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Conflict);
        var problem = await response.ShouldBeProblem(response.StatusCode);
        if (response.StatusCode == HttpStatusCode.Conflict) problem.GetProperty("epoch").GetInt64().ShouldBeGreaterThan(0);
        else problem.GetProperty("type").GetString().ShouldBe("urn:backupfunctions:problem:new_key_not_set");
    }

    [Fact]
    public async Task A_key_in_a_request_is_refused_and_not_repeated()
    {
        using var response = await host.Http.PostJson("/api/keys/rotations", """{"newKey":"c2VjcmV0IG9mIHNvbWVib2R5"}""");
        (await response.ShouldBeProblem(HttpStatusCode.BadRequest)).ToString().ShouldNotContain("c2VjcmV0");
    }
}
