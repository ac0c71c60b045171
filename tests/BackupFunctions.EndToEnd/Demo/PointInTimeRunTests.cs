using BackupFunctions.Standalone.Demo;

namespace BackupFunctions.EndToEnd.Demo;

public sealed class PointInTimeRunTests
{
    private const string OwnServer = "mongodb://db.example:27017/";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_is_dropped_when_an_incremental_backup_fails(int failing)
    {
        using var demo = new DemoFixture(new FakeParts { IncrementFails = number => number == failing ? new BackupException(ErrorKind.OplogGap, "continue the last backup: rolled over", "make it larger") : null });
        (await demo.RunJson()).ShouldBe(14);
        demo.Parts.Calls.ShouldNotContain(call => call.StartsWith("drop"));
        demo.Error.ShouldContain("rolled over");
        demo.Summary.GetProperty("incrementals").GetInt32().ShouldBe(failing - 1);
        demo.Summary.GetProperty("ok").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_is_dropped_when_one_node_has_no_verified_copy_of_an_incremental_backup()
    {
        using var demo = new DemoFixture(new FakeParts { IncrementNodes = number => [new("vault 1", 2, null), new("vault 2", 0, number == 2 ? "block 1 is missing" : null)] });
        (await demo.RunJson()).ShouldBe(3);
        demo.Parts.Calls.ShouldContain("increment 2");
        demo.Parts.Calls.ShouldNotContain(call => call.StartsWith("drop"));
        demo.Error.ShouldContain("vault 2: block 1 is missing");
    }

    [Fact]
    public async Task A_difference_to_the_moment_before_the_mistake_is_corrupt_and_nothing_more_is_dropped()
    {
        using var demo = new DemoFixture(new FakeParts { PointRestoredWrongly = c => c["demo_shop.orders"] = FakeParts.Collection("an order less") });
        (await demo.RunJson()).ShouldBe(13);
        demo.Summary.GetProperty("pitr_mismatches").GetInt32().ShouldBe(1);
        demo.Summary.GetProperty("incrementals").GetInt32().ShouldBe(3);
        demo.Summary.GetProperty("ok").GetBoolean().ShouldBeFalse();
        demo.Error.ShouldContain("demo_shop.orders: has documents with other bytes");
        demo.Parts.Calls.ShouldNotContain("drop");
    }

    [Fact]
    public async Task An_index_that_the_restore_to_a_moment_lost_is_a_mismatch()
    {
        using var demo = new DemoFixture(new FakeParts { PointRestoredWrongly = c => c["demo_shop.orders"] = c["demo_shop.orders"] with { Indexes = new Dictionary<string, Hash256>() } });
        (await demo.RunJson()).ShouldBe(13);
        demo.Error.ShouldContain("demo_shop.orders: lacks the index _id_");
    }

    [Fact]
    public async Task A_restore_to_a_moment_that_fails_ends_with_its_own_exit_code()
    {
        using var demo = new DemoFixture(new FakeParts { PointRestoreFails = new BackupException(ErrorKind.NotFound, "restore to 103:1: no backup reaches it", null) });
        (await demo.RunJson()).ShouldBe(10);
        demo.ErrorLine.GetProperty("step").GetString().ShouldBe("point_restore");
        demo.Parts.Calls.ShouldNotContain("drop");
    }

    [Fact]
    public async Task A_server_without_an_oplog_has_no_incremental_backups_and_the_rest_goes_on()
    {
        using var demo = new DemoFixture(new FakeParts { Backed = new FakeParts().Backed with { ConsistentAt = null } });
        (await demo.RunText(new DemoRequest { MongoUri = OwnServer })).ShouldBe(0);
        demo.Parts.Calls.ShouldNotContain(call => call.StartsWith(FakeParts.Increment) || call == "drop shop");
        demo.Parts.Calls.ShouldContain($"restore {FakeParts.Root}");
        demo.Out.ShouldContain("keeps no oplog: the demo left out incremental backups");
        demo.Out.ShouldNotContain("With 0 incremental backups");
    }

    [Fact]
    public async Task The_roots_that_stay_pinned_on_nodes_of_ones_own_are_told()
    {
        using var demo = new DemoFixture();
        await demo.RunText(new DemoRequest { NodeUrls = ["http://node-a:5001", "http://node-b:5001"] });
        for (var number = 1; number <= 3; number++) demo.Out.ShouldContain($"{FakeParts.Increment}{number}.\n");
    }
}
