using System.Text.Json;

namespace BackupFunctions.EndToEnd.Demo;

public sealed class RealDemoTests
{
    [Fact]
    public async Task Every_byte_comes_back_from_two_verified_nodes()
    {
        var demo = await RealDemo.Run();
        demo.ExitCode.ShouldBe(0, demo.Error);
        var summary = demo.Summary;
        summary.GetProperty("ok").GetBoolean().ShouldBeTrue();
        summary.GetProperty("documents").GetInt64().ShouldBeGreaterThanOrEqualTo(50_000);
        summary.GetProperty("stored_bytes").GetInt64().ShouldBeInRange(1, summary.GetProperty("bytes").GetInt64());
        summary.GetProperty("nodes").GetInt32().ShouldBe(2);
        summary.GetProperty("mismatches").GetInt32().ShouldBe(0);
        demo.Text.ShouldContain(summary.GetProperty("root").GetString()!);
    }

    [Fact]
    public async Task The_summary_line_has_exactly_its_documented_fields()
    {
        var summary = (await RealDemo.Run()).Summary;
        summary.EnumerateObject().Select(p => (p.Name, p.Value.ValueKind)).ShouldBe([
            ("message_type", JsonValueKind.String), ("ok", JsonValueKind.True), ("documents", JsonValueKind.Number), ("bytes", JsonValueKind.Number),
            ("stored_bytes", JsonValueKind.Number), ("nodes", JsonValueKind.Number), ("root", JsonValueKind.String), ("mismatches", JsonValueKind.Number),
            ("seconds", JsonValueKind.Number),
        ]);
    }
}
