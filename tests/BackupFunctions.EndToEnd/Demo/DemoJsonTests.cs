using System.Text.Json;

namespace BackupFunctions.EndToEnd.Demo;

public sealed class DemoJsonTests
{
    [Fact]
    public async Task The_last_line_is_the_summary_with_its_documented_fields()
    {
        using var demo = new DemoFixture();
        (await demo.RunJson()).ShouldBe(0);
        demo.Out.TrimEnd('\n').Split('\n')[^1].ShouldBe(
            $$"""{"message_type":"summary","ok":true,"documents":3,"bytes":300,"stored_bytes":120,"nodes":2,"node_kind":"vault","root":"{{FakeParts.Root}}","mismatches":0,"incrementals":3,"pitr_mismatches":0,"seconds":0}""");
        demo.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_other_line_is_a_step_that_starts_and_is_done_in_order()
    {
        using var demo = new DemoFixture();
        await demo.RunJson();
        var steps = demo.Lines.SkipLast(1).ToList();
        steps.ShouldAllBe(line => line.GetProperty("message_type").GetString() == "step");
        steps.Where(s => Text(s, "status") != "running").Select(s => $"{s.GetProperty("number")} {Text(s, "step")} {Text(s, "status")}").ShouldBe(
            new[]
            {
                "server", "data", "nodes", "backup", "writes", "incremental", "second_writes", "second_incremental", "mistake", "third_incremental", "point_restore", "point_compare",
                "drop", "restore", "compare",
            }.SelectMany((name, i) => new[] { $"{i + 1} {name} started", $"{i + 1} {name} done" }));
    }

    [Fact]
    public async Task Each_stage_is_one_line_however_often_it_reports()
    {
        using var demo = new DemoFixture();
        await demo.RunJson();
        demo.Lines.Where(l => Text(l, "step") == "backup" && Text(l, "status") == "running").Select(l => Text(l, "stage")).ShouldBe(["dump and seal", "upload"]);
    }

    [Fact]
    public async Task The_backup_step_tells_root_sizes_and_verified_blocks()
    {
        using var demo = new DemoFixture();
        await demo.RunJson();
        var done = demo.Lines.Single(l => Text(l, "step") == "backup" && Text(l, "status") == "done");
        Text(done, "root").ShouldBe(FakeParts.Root);
        done.GetProperty("stored_bytes").GetInt64().ShouldBe(120);
        done.GetProperty("verified_blocks_2").GetInt64().ShouldBe(7);
    }

    [Fact]
    public async Task Each_incremental_backup_tells_from_when_to_when_every_moment_can_be_restored()
    {
        using var demo = new DemoFixture();
        await demo.RunJson();
        var windows = demo.Lines.Where(l => l.TryGetProperty("restorable_to", out _)).Select(l => $"{Text(l, "step")} {Text(l, "restorable_from")} {Text(l, "restorable_to")}");
        windows.ShouldBe(["incremental 100:1 101:1", "second_incremental 100:1 102:1", "third_incremental 100:1 104:1"]);
        Text(demo.Lines.Single(l => Text(l, "step") == "backup" && Text(l, "status") == "done"), "consistent_at").ShouldBe("100:1");
    }

    [Fact]
    public async Task Writes_tell_what_they_did_and_the_mistake_its_moment()
    {
        using var demo = new DemoFixture();
        await demo.RunJson();
        var writes = demo.Lines.Single(l => Text(l, "step") == "writes" && Text(l, "status") == "done");
        writes.GetProperty("transactions").GetInt64().ShouldBe(1);
        writes.TryGetProperty("updated", out _).ShouldBeFalse("nothing was updated");
        writes.GetProperty("structure").EnumerateArray().Select(s => s.GetString()).ShouldBe(["new index"]);
        Text(demo.Lines.Single(l => Text(l, "step") == "mistake" && Text(l, "status") == "done"), "moment").ShouldBe("103:1");
    }

    [Fact]
    public async Task A_failure_is_one_error_line_and_a_summary_that_is_not_ok()
    {
        using var demo = new DemoFixture(new FakeParts { BackupFails = new BackupException(ErrorKind.WrongKey, "open keyring: wrong key", "give the right one") });
        (await demo.RunJson()).ShouldBe(12);
        Text(demo.ErrorLine, "message_type").ShouldBe("error");
        Text(demo.ErrorLine, "kind").ShouldBe("wrong_key");
        Text(demo.ErrorLine, "message").ShouldBe("open keyring: wrong key");
        Text(demo.ErrorLine, "hint").ShouldBe("give the right one");
        Text(demo.ErrorLine, "step").ShouldBe("backup");
        demo.ErrorLine.GetProperty("exit_code").GetInt32().ShouldBe(12);
        Text(demo.Summary, "message_type").ShouldBe("summary");
        demo.Summary.GetProperty("ok").GetBoolean().ShouldBeFalse();
        demo.Summary.GetProperty("root").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;
}
