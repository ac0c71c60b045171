using System.Net;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>Standalone without a key.</summary>
public sealed class LocalRequestTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start(RunningServer.Nowhere);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

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
        using var response = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(status);
    }
}
