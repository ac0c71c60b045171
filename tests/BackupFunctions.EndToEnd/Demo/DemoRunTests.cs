using BackupFunctions.Standalone.Demo;

namespace BackupFunctions.EndToEnd.Demo;

public sealed class DemoRunTests
{
    private const string OwnServer = "mongodb://db.example:27017/";

    [Fact]
    public async Task Data_is_written_backed_up_dropped_and_restored_from_the_root()
    {
        using var demo = new DemoFixture();
        (await demo.RunJson()).ShouldBe(0);
        demo.Parts.Calls.ShouldBe([
            "start server", $"connect {demo.Parts.ConnectionString}", "write", "open engine", "backup",
            "change First", "increment 1", "change Second", "increment 2", "change Last", "drop shop", "increment 3", "restore demo_shop.* to 103:1",
            "drop", $"restore {FakeParts.Root}", "stop", "disconnect", "stop",
        ]);
    }

    [Fact]
    public async Task Nothing_is_dropped_when_the_backup_fails()
    {
        using var demo = new DemoFixture(new FakeParts { BackupFails = new IOException("write segment: no space left on device") });
        (await demo.RunJson()).ShouldBe(1);
        demo.Parts.Calls.ShouldNotContain(call => call.StartsWith("drop"));
    }

    [Fact]
    public async Task Nothing_is_dropped_when_one_node_has_no_verified_copy()
    {
        var degraded = new FakeParts().Backed with { Nodes = [new("vault 1", 7, null), new("vault 2", 3, "block 4 is missing")] };
        using var demo = new DemoFixture(new FakeParts { Backed = degraded });
        (await demo.RunJson()).ShouldBe(3);
        demo.Parts.Calls.ShouldNotContain(call => call.StartsWith("drop"));
        demo.Error.ShouldContain("vault 2: block 4 is missing");
        demo.Summary.GetProperty("nodes").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_dropped_when_the_backup_holds_fewer_documents_than_the_server()
    {
        using var demo = new DemoFixture(new FakeParts { Backed = new FakeParts().Backed with { Documents = 2 } });
        (await demo.RunJson()).ShouldBe(1);
        demo.Parts.Calls.ShouldNotContain(call => call.StartsWith("drop"));
    }

    [Fact]
    public async Task A_document_that_came_back_with_other_bytes_is_a_mismatch_even_when_the_engine_saw_none()
    {
        using var demo = new DemoFixture(new FakeParts { RestoredWrongly = c => c["demo_shop.orders"] = FakeParts.Collection("b") });
        (await demo.RunJson()).ShouldBe(13);
        demo.Summary.GetProperty("mismatches").GetInt32().ShouldBe(1);
        demo.Error.ShouldContain("demo_shop.orders: has documents with other bytes");
    }

    [Fact]
    public async Task A_missing_and_an_additional_collection_and_what_the_engine_saw_are_all_counted()
    {
        using var demo = new DemoFixture(new FakeParts
        {
            EngineDifferences = ["demo_odd.x: hash differs"],
            RestoredWrongly = c =>
            {
                c.Remove("demo_shop.orders");
                c["demo_shop.ghost"] = FakeParts.Collection();
            },
        });
        (await demo.RunJson()).ShouldBe(13);
        demo.Summary.GetProperty("mismatches").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task A_failed_restore_ends_with_its_own_exit_code()
    {
        using var demo = new DemoFixture(new FakeParts { RestoreFails = BackupException.Corrupt("open block bafk: tag mismatch") });
        (await demo.RunJson()).ShouldBe(13);
        demo.Summary.GetProperty("root").GetString().ShouldBe(FakeParts.Root);
    }

    [Fact]
    public async Task Cancelling_ends_with_130_and_drops_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        using var demo = new DemoFixture(new FakeParts { DuringBackup = cancellation.Cancel });
        (await demo.RunJson(cancellationToken: cancellation.Token)).ShouldBe(130);
        demo.Parts.Calls.ShouldNotContain(call => call.StartsWith("drop"));
        Directory.EnumerateFileSystemEntries(demo.Temporary).ShouldBeEmpty();
    }

    [Fact]
    public async Task Databases_of_somebody_else_are_refused_before_anything_is_written()
    {
        using var demo = new DemoFixture(new FakeParts { ForeignDatabases = ["demo_shop"] });
        (await demo.RunJson(new DemoRequest { MongoUri = OwnServer })).ShouldBe(2);
        demo.Error.ShouldContain("demo_shop");
        demo.Parts.Calls.ShouldBe([$"connect {OwnServer}", "disconnect"]);
    }

    [Fact]
    public async Task Only_the_databases_of_the_demo_are_given_to_the_engine()
    {
        using var demo = new DemoFixture();
        await demo.RunJson(new DemoRequest { MongoUri = OwnServer });
        demo.Parts.Setup!.MongoUri.ShouldBe(OwnServer);
        demo.Parts.Setup.Include.ShouldBe(["demo_shop.*", "demo_logs.*", "demo_media.*", "demo_odd.*"]);
        demo.Parts.Setup.Directory.ShouldStartWith(demo.Temporary);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task A_server_of_ones_own_is_tidied_unless_it_is_to_be_kept(bool keep, int drops)
    {
        using var demo = new DemoFixture();
        (await demo.RunJson(new DemoRequest { MongoUri = OwnServer, Keep = keep })).ShouldBe(0);
        demo.Parts.Calls.Count(c => c == "drop").ShouldBe(drops);
    }

    [Theory]
    [InlineData("file:///a")]
    [InlineData("file:///a", "file:///a/")]
    [InlineData("file:///a", "ftp://b")]
    [InlineData("file:///a", "not a url")]
    [InlineData("file:///a", "file:///b", "file:///c")]
    public async Task Nodes_that_are_not_two_different_URLs_are_refused(params string[] nodes)
    {
        using var demo = new DemoFixture();
        (await demo.RunJson(new DemoRequest { NodeUrls = nodes })).ShouldBe(2);
        demo.Parts.Calls.ShouldBeEmpty();
        demo.Error.ShouldContain("--node");
    }

    [Fact]
    public async Task Real_nodes_are_started_for_the_engine_and_stopped_with_the_rest()
    {
        using var demo = new DemoFixture();
        (await demo.RunJson(new DemoRequest { Ipfs = true })).ShouldBe(0);
        demo.Parts.Setup!.NodeUrls.ShouldBe(demo.Parts.Urls);
        demo.Summary.GetProperty("node_kind").GetString().ShouldBe("rpc");
        demo.Parts.Calls.Count(c => c == "stop").ShouldBe(3);
    }

    [Fact]
    public async Task Nodes_of_ones_own_and_started_ones_together_are_refused()
    {
        using var demo = new DemoFixture();
        (await demo.RunJson(new DemoRequest { Ipfs = true, NodeUrls = ["file:///a", "file:///b"] })).ShouldBe(2);
        demo.Parts.Calls.ShouldBeEmpty();
        demo.Error.ShouldContain("--ipfs");
    }
}
