using System.Net;
using System.Text;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Keys, unknown things and bad requests.</summary>
[Collection(nameof(ConformanceCollection))]
public sealed class RequestTests(ConformanceFixture host)
{
    [Theory]
    [InlineData("/api/backups")]
    [InlineData("/api/backups/latest")]
    [InlineData("/api/windows")]
    [InlineData(Routes.Instances)]
    [InlineData(Routes.Instances + "/full-backup")]
    public async Task Without_the_key_nothing_is_told(string path)
    {
        using var none = await host.Stranger.Get(path);
        none.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var wrong = await host.Stranger.Get($"{path}?code=wrong");
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Health_is_anonymous_and_its_detail_is_not()
    {
        foreach (var path in new[] { "/api/health/live", "/api/health/ready", "/api/health" })
        {
            var told = await host.Stranger.Ok(path);
            told.GetProperty("status").GetString().ShouldBe("healthy");
            told.TryGetProperty("nodes", out var nodes).ShouldBe(nodes.ValueKind == System.Text.Json.JsonValueKind.Null);
        }
        var detail = await host.Http.Ok("/api/health");
        detail.GetProperty("ipfsStatus").GetString().ShouldBe("ok");
        detail.GetProperty("lastBackup").GetProperty("cid").GetString().ShouldNotBeNullOrEmpty();
        detail.TryGetProperty("lastProven", out _).ShouldBeTrue();
    }

    /// <summary>As many probes ask.</summary>
    [Theory]
    [InlineData("/api/health", "application/json")]
    [InlineData("/api/health/live", "application/json")]
    [InlineData("/api/health/ready", "application/json")]
    [InlineData("/api/dashboard", "text/html")]
    public async Task Health_and_the_dashboard_answer_HEAD_as_GET_without_a_body(string path, string mediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
        using var response = await host.Stranger.SendAsync(request);
        (response.StatusCode, response.Content.Headers.ContentType?.MediaType).ShouldBe((HttpStatusCode.OK, mediaType));
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        (await host.Stranger.Ok("/api/openapi.json")).GetProperty("paths").GetProperty(path).TryGetProperty("head", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task The_document_describes_the_routes()
    {
        var paths = (await host.Stranger.Ok("/api/openapi.json")).GetProperty("paths");
        foreach (var path in new[] { "/api/backups", "/api/backups/{id}", "/api/windows", "/api/restores", "/api/verifications", "/api/scrubs", "/api/drills", "/api/keys/rotations", "/api/retention", "/api/health", "/api/dashboard" }) paths.TryGetProperty(path, out _).ShouldBeTrue(path);
    }

    [Fact]
    public async Task Unknown_things_are_not_found()
    {
        using var backup = await host.Http.Get("/api/backups/00000000000000000000000000000000");
        await backup.ShouldBeProblem(HttpStatusCode.NotFound);
        using var instance = await host.Http.Get($"{Routes.Instances}/nobody");
        instance.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var change in new[] { "terminate", "suspend", "resume" })
        {
            using var changed = await host.Http.Post($"{Routes.Instances}/nobody/{change}?reason=test");
            changed.StatusCode.ShouldBe(HttpStatusCode.NotFound, change);
        }
        using var raised = await host.Http.PostJson($"{Routes.Instances}/nobody/raiseEvent/cancel", "{}");
        raised.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var purged = await host.Http.DeleteAsync(new Uri($"{Routes.Instances}/nobody", UriKind.Relative));
        purged.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/api/backups", "")]
    [InlineData("/api/backups", "{")]
    [InlineData("/api/backups", "null")]
    [InlineData("/api/backups", "[]")]
    [InlineData("/api/backups", "{}")]
    [InlineData("/api/backups", """{"type":"monthly"}""")]
    [InlineData("/api/backups", """{"type":"full","mode":"fast"}""")]
    [InlineData("/api/restores", "{}")]
    [InlineData("/api/restores", """{"target":"http://example.com"}""")]
    [InlineData("/api/restores", """{"target":"mongodb://127.0.0.1/","at":"yesterday"}""")]
    [InlineData("/api/restores", """{"target":"mongodb://127.0.0.1/","nsFrom":["a.*"]}""")]
    [InlineData("/api/verifications", "[]")]
    [InlineData("/api/verifications", """{"sample":0}""")]
    [InlineData("/api/verifications", """{"sample":100.1}""")]
    [InlineData("/api/verifications", """{"sample":"5%"}""")]
    [InlineData("/api/verifications", """{"backup":null}""")]
    [InlineData("/api/verifications", """{"node":1}""")]
    [InlineData("/api/scrubs", """{"all":"yes"}""")]
    [InlineData("/api/scrubs", """{"share":"1/4"}""")]
    [InlineData("/api/drills", """{"at":"yesterday"}""")]
    [InlineData("/api/drills", """{"target":"mongodb://127.0.0.1/"}""")]
    [InlineData("/api/keys/rotations", """{"reEncrypt":"yes"}""")]
    [InlineData("/api/keys/rotations", """{"slotId":"a b"}""")]
    [InlineData("/api/keys/rotations", """{"reEncrypt":true,"confirmEpoch":-1}""")]
    public async Task A_body_that_is_not_right_is_refused(string path, string body)
    {
        using var response = await host.Http.PostJson(path, body);
        await response.ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_body_is_json_and_at_most_64_kib()
    {
        using var text = new StringContent("""{"type":"full"}""", Encoding.UTF8, "text/plain");
        using var other = await host.Http.PostAsync(new Uri("/api/backups", UriKind.Relative), text);
        await other.ShouldBeProblem(HttpStatusCode.UnsupportedMediaType);
        using var large = await host.Http.PostJson("/api/backups", $$"""{"type":"{{new string('x', 65_536)}}"}""");
        await large.ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("/api/backups?type=monthly")]
    [InlineData("/api/backups?since=yesterday")]
    [InlineData("/api/backups?namespace=shop")]
    [InlineData("/api/backups?limit=0")]
    [InlineData("/api/backups?limit=many")]
    public async Task A_query_that_is_not_right_is_refused(string path)
    {
        using var response = await host.Http.Get(path);
        await response.ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_wrong_is_named_as_the_document_names_it()
    {
        using var body = await host.Http.PostJson("/api/restores", "{}");
        (await body.ShouldBeProblem(HttpStatusCode.BadRequest)).GetProperty("detail").GetString().ShouldBe("read the body: target is missing");
        using var query = await host.Http.Get("/api/backups?type=monthly");
        (await query.ShouldBeProblem(HttpStatusCode.BadRequest)).GetProperty("detail").GetString().ShouldBe("read the query: type is not full or incremental");
    }
}

/// <summary>All of them ask one host, one after the other.</summary>
[CollectionDefinition(nameof(ConformanceCollection))]
public sealed class ConformanceCollection : ICollectionFixture<ConformanceFixture>;
