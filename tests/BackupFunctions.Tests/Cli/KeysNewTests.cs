using BackupFunctions.Tests.Configuration;

namespace BackupFunctions.Tests.Cli;

public sealed class KeysNewTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("keys").FullName;

    private string KeyFile => Path.Combine(_directory, "key");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_file_holds_32_bytes_for_its_owner_alone()
    {
        (await CliRun.Of(["keys", "new", "--output", KeyFile])).ExitCode.ShouldBe(0);
        Convert.FromBase64String(await File.ReadAllTextAsync(KeyFile)).Length.ShouldBe(32);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_file_that_exists_is_never_overwritten()
    {
        await File.WriteAllTextAsync(KeyFile, "old key");
        var run = await CliRun.Of(["keys", "new", "--output", KeyFile]);
        run.ExitCode.ShouldBe(2);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldStartWith($"error: write key to {KeyFile}: the file exists");
        (await File.ReadAllTextAsync(KeyFile)).ShouldBe("old key");
    }

    [Fact]
    public async Task The_printed_key_is_accepted_as_a_setting()
    {
        var key = (await CliRun.Of(["keys", "new", "--quiet"])).Out.Trim();
        (await CliRun.Of(["config"], settings: TestSettings.Complete($"BACKUP_ENCRYPTION_KEY={key}"))).ExitCode.ShouldBe(0);
    }
}
