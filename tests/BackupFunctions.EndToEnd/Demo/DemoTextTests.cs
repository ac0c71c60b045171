using BackupFunctions.Standalone.Demo;

namespace BackupFunctions.EndToEnd.Demo;

public sealed class DemoTextTests
{
    [Fact]
    public async Task Where_no_terminal_is_there_are_no_escape_sequences_and_no_broken_lines()
    {
        using var demo = new DemoFixture();
        (await demo.RunText()).ShouldBe(0);
        demo.Out.ShouldNotContain("\e");
        demo.Out.ShouldContain($"root CID     {FakeParts.Root}\n");
        demo.Out.ShouldContain("15/15 Compare every byte");
        demo.Out.ShouldContain("Every byte is back: 3 documents, 300 B");
        demo.Out.ShouldContain("12/15 Compare every byte and index with that moment");
        demo.Out.ShouldContain("With 3 incremental backups every moment from 1970-01-01 00:01:40Z (100:1) to 1970-01-01 00:01:44Z (104:1) can be restored.\n");
    }

    [Fact]
    public async Task A_failure_goes_to_standard_error_with_its_hint_and_nothing_claims_success()
    {
        using var demo = new DemoFixture(new FakeParts { BackupFails = new BackupException(ErrorKind.Failed, "pin [root]: refused", "look at the node") });
        (await demo.RunText()).ShouldBe(1);
        demo.Error.ShouldBe("error: pin [root]: refused\nhint: look at the node\n");
        demo.Out.ShouldNotContain("Every byte is back");
    }

    [Fact]
    public async Task Credentials_of_node_urls_are_not_shown()
    {
        using var demo = new DemoFixture();
        await demo.RunText(new DemoRequest { NodeUrls = ["http://me:s3cret@node-a:5001", "http://node-b:5001/?token=s3cret"] });
        demo.Out.ShouldContain("http://node-a:5001");
        demo.Out.ShouldNotContain("s3cret");
    }
}
