using System.Net;
using System.Net.Http.Headers;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>What one caller can make Standalone do is bounded.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start(RunningServer.Nowhere);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_burst_is_refused_with_when_to_ask_again_and_whether_it_lives_can_still_be_asked()
    {
        // far more than 200 at once and 50 a second, however slow the machine is
        var refused = false;
        for (var batch = 0; batch < 200 && !refused; batch++)
        {
            foreach (var response in await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _server.Http.Get("/api/openapi.json"))))
            {
                if (!refused && response.StatusCode != HttpStatusCode.OK)
                {
                    (await response.ShouldBeProblem(HttpStatusCode.TooManyRequests)).GetProperty("type").GetString().ShouldBe("urn:backupfunctions:problem:too_many_requests");
                    response.Headers.RetryAfter!.ToString().ShouldBe("1");
                    refused = true;
                }
                response.Dispose();
            }
        }
        refused.ShouldBeTrue();
        for (var asked = 0; asked < 300; asked++) (await _server.Http.Ok("/api/health/live")).GetProperty("status").GetString().ShouldBe("healthy");
    }

    [Theory]
    [InlineData(65_536 + 200)]
    [InlineData(500_000)]
    public async Task A_body_of_unknown_length_is_read_up_to_64_kib(int length)
    {
        using var body = new StreamContent(new UnknownLength(new byte[length]));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/verifications") { Content = body };
        request.Headers.TransferEncodingChunked = true;
        using var response = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        await response.ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge);
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
