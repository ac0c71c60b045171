using System.Net;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Verifications: started, followed, and what they say.</summary>
[Collection(nameof(ConformanceCollection))]
public sealed class VerificationRouteTests(ConformanceFixture host)
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"backup":"latest","sample":10}""")]
    public async Task A_backup_is_verified_on_every_node(string body)
    {
        using (var started = await host.Http.PostJson("/api/verifications", body))
        {
            started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            started.Headers.Location!.AbsolutePath.ShouldBe($"{Routes.Instances}/verification");
            (await started.Json()).GetProperty("id").GetString().ShouldBe("verification");
        }
        var ended = await host.End("verification");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        ended.GetProperty("customStatus").GetProperty("stage").GetString().ShouldBe("verify");
        var output = ended.GetProperty("output");
        output.GetProperty("whole").GetBoolean().ShouldBeTrue(output.ToString());
        var nodes = output.GetProperty("nodes").EnumerateArray().ToList();
        nodes.ShouldNotBeEmpty();
        foreach (var node in nodes)
        {
            var (blocks, hashed) = (node.GetProperty("blocks").GetInt64(), node.GetProperty("checked").GetInt64());
            hashed.ShouldBeInRange(1, blocks);
            if (body == "{}") hashed.ShouldBe(blocks);
        }
    }

    [Fact]
    public async Task An_unknown_backup_is_not_found()
    {
        using var response = await host.Http.PostJson("/api/verifications", """{"backup":"00000000000000000000000000000000"}""");
        await response.ShouldBeProblem(HttpStatusCode.NotFound);
    }
}
