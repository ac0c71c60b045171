using BackupFunctions.Standalone.Demo;

namespace BackupFunctions.EndToEnd.Demo;

public sealed class DemoWorkspaceTests
{
    [Fact]
    public async Task The_temporary_directory_is_gone_at_the_end()
    {
        using var demo = new DemoFixture();
        await demo.RunJson();
        Directory.EnumerateFileSystemEntries(demo.Temporary).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_temporary_directory_is_gone_after_a_failure_too()
    {
        using var demo = new DemoFixture(new FakeParts { RestoreFails = new IOException("broken") });
        await demo.RunJson();
        Directory.EnumerateFileSystemEntries(demo.Temporary).ShouldBeEmpty();
    }

    [Fact]
    public async Task Kept_it_holds_two_vaults_and_a_key_of_32_bytes_that_its_owner_alone_can_read()
    {
        using var demo = new DemoFixture();
        await demo.RunText(new DemoRequest { Keep = true });
        var kept = Directory.EnumerateDirectories(demo.Temporary).ShouldHaveSingleItem();
        demo.Out.ShouldContain(kept);
        Directory.EnumerateDirectories(kept).Select(Path.GetFileName).ShouldBe(["vault-1", "vault-2"], ignoreOrder: true);
        var key = demo.Parts.Setup!.KeyFile;
        Convert.FromBase64String((await File.ReadAllTextAsync(key)).Trim()).Length.ShouldBe(32);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
