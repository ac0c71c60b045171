using System.Text.Json;
using System.Text.RegularExpressions;
using BackupFunctions.Ambient;
using BackupFunctions.Api;
using BackupFunctions.Api.Routes;
using BackupFunctions.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Functions.Tests;

public partial class HttpFunctionTests
{
    private static readonly SettingsSource s_mistaken = new(new Dictionary<string, string>(), new Dictionary<string, string>(), "/", new DiskFiles());

    [Fact]
    public void Every_route_of_the_API_is_a_function_with_its_method_path_and_level()
    {
        var random = new SystemRandomSource();
        var parts = new ApiParts(null!, new DurableStarter(new FakeClient()), new(null), SecretRedactor.From(s_mistaken), TimeProvider.System, random) { Schedules = () => [] };
        var routes = ApiRoutes.Api(parts).Select(r => (string.Join(' ', r.Methods), r.Path, r.IsAnonymous ? AuthorizationLevel.Anonymous : AuthorizationLevel.Function));
        AppFunction.Of<HttpTriggerAttribute>().Select(f => (string.Join(' ', f.Trigger.Methods).ToUpperInvariant(), $"/api/{f.Trigger.Route}", f.Trigger.AuthLevel)).Order().ShouldBe(routes.Order());
    }

    [Fact]
    public void Every_function_stands_in_the_document_and_no_other_route_does()
    {
        var documented = DocumentedRoute().Matches(RepositoryFiles.Read("docs/http-api.md")).SelectMany(m =>
        {
            var path = m.Groups["path"].Value;
            // `GET /api/health/live`, `/ready`: the same path with another end
            return m.Groups["end"].Captures.Select(c => path[..path.LastIndexOf('/')] + c.Value).Prepend(path).Select(p => $"{m.Groups["method"].Value} {p}");
        });
        AppFunction.Of<HttpTriggerAttribute>().Select(f => $"{f.Trigger.Methods[0].ToUpperInvariant()} /api/{f.Trigger.Route}").Order().ShouldBe(documented.Distinct().Order());
    }

    [Fact]
    public async Task A_worker_with_mistaken_settings_answers_with_what_is_wrong()
    {
        using var worker = new WorkerEngine(s_mistaken, TimeProvider.System, new SystemRandomSource(), NullLoggerFactory.Instance);
        var api = new HttpApi(worker, s_mistaken, TimeProvider.System, new SystemRandomSource());
        using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, Request = { Method = "GET" }, Response = { Body = new MemoryStream() } };
        await (await new HttpBackups(api).ListBackups(http.Request, new FakeClient())).ExecuteAsync(http);
        using var problem = JsonDocument.Parse(((MemoryStream)http.Response.Body).ToArray());
        (http.Response.StatusCode, http.Response.ContentType!.Split(';')[0]).ShouldBe((400, "application/problem+json"));
        foreach (var setting in new[] { "MONGODB_URI", "IPFS_NODE_1_URL", "BACKUP_ENCRYPTION_KEY" }) problem.RootElement.GetProperty("detail").GetString()!.ShouldContain(setting);
    }

    [GeneratedRegex("""`(?<method>GET|POST|DELETE) (?<path>/api/[a-z/.{}]*)[^`]*`(?:, `(?<end>/[a-z]+)`)*""")]
    private static partial Regex DocumentedRoute();
}
