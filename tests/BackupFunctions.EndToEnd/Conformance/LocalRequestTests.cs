using System.Net;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Standalone.Scheduling;
using BackupFunctions.Standalone.Serving;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Standalone without a key.</summary>
public sealed class LocalRequestTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-local-");
    private StandaloneServer _server = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        var values = StandaloneSettings.Of(_directory.FullName, "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", "unused");
        values.Remove(SettingNames.ApiKey);
        var settings = new SettingsSource(values, new Dictionary<string, string>(), _directory.FullName, new DiskFiles());
        _server = await StandaloneServer.Start(
            BackupOptions.Load(settings, OptionsScope.Backup), HostOptions.Load(settings, Schedule.IsValid), SecretRedactor.From(settings), NullLoggerFactory.Instance, CancellationToken.None);
        _http = new() { BaseAddress = _server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.NotFound)]
    [InlineData("localhost:7071", null, HttpStatusCode.NotFound)]
    [InlineData("[::1]:7071", null, HttpStatusCode.NotFound)]
    [InlineData("localhost:7071", "http://localhost:7071", HttpStatusCode.NotFound)]
    [InlineData("evil.example:7071", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("localhost:7071", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost:7071", "http://localhost:3000", HttpStatusCode.Forbidden)]
    [InlineData("localhost:7071", "null", HttpStatusCode.Forbidden)]
    public async Task A_request_that_a_page_of_another_site_made_a_browser_send_is_refused(string? host, string? origin, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Routes.Instances}/nobody/terminate");
        if (host is not null) request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(status);
    }
}
