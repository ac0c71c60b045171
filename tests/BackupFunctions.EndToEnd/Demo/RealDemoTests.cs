using System.Text.Json;
using BackupFunctions.Manifest;
using BackupFunctions.Standalone.Demo;

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
    public async Task The_moment_before_a_mistake_comes_back_from_incremental_backups()
    {
        var demo = await RealDemo.Run();
        demo.ExitCode.ShouldBe(0, demo.Error);
        demo.Summary.GetProperty("incrementals").GetInt32().ShouldBe(3);
        demo.Summary.GetProperty("pitr_mismatches").GetInt32().ShouldBe(0);
        // what the last writes before the mistake left is there: 81 orders in transactions, and none of the one that was taken back
        var restored = demo.Done("point_restore");
        restored.GetProperty("incrementals").GetInt32().ShouldBe(3);
        restored.GetProperty("transactions").GetInt64().ShouldBe(81);
        var (moment, end) = (RestorePoint.Parse(demo.Done("mistake").GetProperty("moment").GetString()!, "moment"), RestorePoint.Parse(demo.Done("third_incremental").GetProperty("restorable_to").GetString()!, "end"));
        moment.Latest.ShouldBeLessThan(end.Latest, "the last slice holds the mistake and is replayed in part");
    }

    [Fact]
    public async Task The_summary_line_has_exactly_its_documented_fields()
    {
        var summary = (await RealDemo.Run()).Summary;
        summary.EnumerateObject().Select(p => (p.Name, p.Value.ValueKind)).ShouldBe([
            ("message_type", JsonValueKind.String), ("ok", JsonValueKind.True), ("documents", JsonValueKind.Number), ("bytes", JsonValueKind.Number),
            ("stored_bytes", JsonValueKind.Number), ("nodes", JsonValueKind.Number), ("node_kind", JsonValueKind.String), ("root", JsonValueKind.String), ("mismatches", JsonValueKind.Number),
            ("incrementals", JsonValueKind.Number), ("pitr_mismatches", JsonValueKind.Number), ("seconds", JsonValueKind.Number),
        ]);
    }

    [Fact]
    public async Task Every_byte_comes_back_from_two_real_ipfs_nodes()
    {
        var demo = await RealDemo.Execute(new DemoRequest { Ipfs = true });
        demo.ExitCode.ShouldBe(0, demo.Error);
        demo.Summary.GetProperty("ok").GetBoolean().ShouldBeTrue();
        demo.Summary.GetProperty("node_kind").GetString().ShouldBe("rpc");
        demo.Summary.GetProperty("nodes").GetInt32().ShouldBe(2);
        demo.Summary.GetProperty("mismatches").GetInt32().ShouldBe(0);
        demo.Summary.GetProperty("pitr_mismatches").GetInt32().ShouldBe(0);
        demo.Done("nodes").GetProperty("node_2").GetString().ShouldNotBeNull().ShouldStartWith("http://127.0.0.1:");
    }
}
