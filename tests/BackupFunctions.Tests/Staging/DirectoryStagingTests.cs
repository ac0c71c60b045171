using BackupFunctions.Ambient;
using BackupFunctions.Staging;
using BackupFunctions.Tests.Ipfs;

namespace BackupFunctions.Tests.Staging;

public sealed class DirectoryStagingTests : StagingConformance, IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly DirectoryStaging _staging;

    public DirectoryStagingTests() => _staging = new(_temporary.Path, new DiskFiles());

    public void Dispose() => _temporary.Dispose();

    protected override IStaging Staging() => _staging;

    [Fact]
    public async Task A_segment_is_readable_by_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are those of Unix");
        await Stage("run", "a", [1]);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(_temporary.File("run/a")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70_000)]
    public async Task A_full_disk_names_the_setting_and_leaves_nothing(int room)
    {
        var staging = new DirectoryStaging(_temporary.Path, new FullDisk(room));
        await using (var writer = await staging.Create("run", "a", Cancellation))
        {
            var e = await Should.ThrowAsync<BackupException>(async () =>
            {
                for (var i = 0; i < 10; i++) await writer.Stream.WriteAsync(new byte[10_000], Cancellation);
            });
            e.Kind.ShouldBe(ErrorKind.Failed);
            e.Message.ShouldContain("BACKUP_STAGING");
            e.Hint.ShouldNotBeNull().ShouldContain("BACKUP_STAGING");
        }
        Directory.EnumerateFiles(_temporary.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_disk_at_the_commit_fails_alike()
    {
        var disk = new FullDisk(100);
        await using (var writer = await new DirectoryStaging(_temporary.Path, disk).Create("run", "a", Cancellation))
        {
            await writer.Stream.WriteAsync(new byte[10], Cancellation);
            disk.Room = -1;
            (await Should.ThrowAsync<BackupException>(() => writer.Commit(Cancellation))).Kind.ShouldBe(ErrorKind.Failed);
        }
        Directory.EnumerateFiles(_temporary.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_a_clear_error()
    {
        await File.WriteAllTextAsync(_temporary.File("file"), "", Cancellation);
        var e = await Should.ThrowAsync<BackupException>(() => new DirectoryStaging(_temporary.File("file"), new DiskFiles()).Create("run", "a", Cancellation));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("BACKUP_STAGING");
    }
}
