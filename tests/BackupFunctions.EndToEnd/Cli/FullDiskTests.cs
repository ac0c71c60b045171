using System.Diagnostics;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Tests.Ipfs;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A disk that is full is named by its setting, nothing half-written is seen, and with room again the next backup works.</summary>
public sealed class FullDiskTests(MongoFixture mongo) : IClassFixture<MongoFixture>
{
    private const long Little = 60_000, Plenty = 1L << 40;

    [Fact]
    public async Task A_full_staging_volume_fails_the_backup_and_is_left_empty()
    {
        using var work = new CliWorkspace(mongo.Source);
        var volume = new FullDisk(Little);
        work.Files = new MountedFiles(work.PathOf("staging"), volume);

        (await work.Run("backup full")).FailedWith(1, SettingNames.Staging, "No space left", "free space").Out.ShouldBeEmpty();
        work.Snapshot.Where(f => f.StartsWith("staging", StringComparison.Ordinal)).ShouldBeEmpty("what cannot be gone on with only keeps the disk full");
        (await work.Listed()).ShouldBeEmpty();

        volume.Room = Plenty;
        await work.BackUp();
        (await work.Run("verify")).Ended(0);
    }

    [Fact]
    public async Task Staging_that_is_known_to_be_too_small_is_refused_before_the_dump()
    {
        using var work = new CliWorkspace(mongo.Source);
        // a degraded backup is no base, so that the next one stores everything again
        var withFullVault = new MountedFiles(work.PathOf("vault-2"), new FullDisk(Little));
        work.Files = withFullVault;
        (await work.Run("backup full")).FailedWith(3, SettingNames.NodeUrl(2));

        var volume = new FullDisk(Little);
        work.Files = new MountedFiles(work.PathOf("staging"), volume, withFullVault);
        (await work.Run("backup full")).FailedWith(1, SettingNames.Staging, "expected to need", "free space").Out.ShouldBeEmpty();
        volume.Room.ShouldBe(Little, "nothing was written");

        work.Files = new DiskFiles();
        await work.BackUp();
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task One_full_vault_leaves_a_degraded_backup_on_the_other(int full)
    {
        using var work = new CliWorkspace(mongo.Source);
        var volume = new FullDisk(Little);
        work.Files = new MountedFiles(work.PathOf($"vault-{full}"), volume);

        (await work.Run("backup full")).FailedWith(3, SettingNames.NodeUrl(full), "No space left");
        (await work.Listed()).ShouldBe(["degraded"]);
        work.Snapshot.ShouldNotContain(f => f.Contains(".pending-", StringComparison.Ordinal));
        (await work.Run("show latest")).Ended(0).Out.ShouldContain($"{SettingNames.NodeUrl(full)} file://{work.PathOf($"vault-{full}")}: no verified copy");
        (await work.Run($"restore-full latest --uri {mongo.Target} --drop")).Ended(0);

        volume.Room = Plenty;
        await work.BackUp();
        (await work.Listed()).ShouldBe(["complete", "complete"]);
        (await work.Run("verify")).Ended(0);
    }

    [Fact]
    public async Task Two_full_vaults_fail_the_backup_and_nothing_is_recorded()
    {
        using var work = new CliWorkspace(mongo.Source);
        var volume = new FullDisk(Little);
        work.Files = new MountedFiles(work.PathOf("vault-"), volume);

        (await work.Run("backup full")).FailedWith(1, SettingNames.NodeUrl(1), SettingNames.NodeUrl(2), "free space").Out.ShouldBeEmpty();
        (await work.Listed()).ShouldBeEmpty();

        volume.Room = Plenty;
        await work.BackUp();
        (await work.Run($"restore-full latest --uri {mongo.Target} --drop")).Ended(0);
    }

    [Fact]
    public async Task A_full_disk_leaves_no_part_of_a_download_or_a_dump()
    {
        using var work = new CliWorkspace(mongo.Source);
        var root = await work.BackUp();
        (await work.Run($"download {root} --output {{root}}/whole.car")).Ended(0);
        var before = work.Snapshot;

        work.Files = new MountedFiles(work.PathOf("out"), new FullDisk(Little));
        (await work.Run($"download {root} --output {{root}}/out.car")).FailedWith(1, "out.car", "free space");
        work.Files = new MountedFiles(work.PathOf(".out"), new FullDisk(Little));
        (await work.Run("decrypt whole.car --output {root}/out")).FailedWith(1, "out", "free space");
        work.Snapshot.ShouldBe(before);
        Directory.Exists(work.PathOf("out")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_real_volume_that_is_full_is_told_the_same()
    {
        using var work = new CliWorkspace(mongo.Source);
        var vault = Directory.CreateDirectory(work.PathOf("vault-2")).FullName;
        if (!OperatingSystem.IsLinux() || await Mount("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", vault) != 0)
            Assert.Skip("a volume can be mounted on Linux by root only");
        try
        {
            (await work.Run("backup full")).FailedWith(3, SettingNames.NodeUrl(2), "No space left");
            (await work.Listed()).ShouldBe(["degraded"]);
            (await Mount("mount", "-o", "remount,size=64m", vault)).ShouldBe(0);
            await work.BackUp();
        }
        finally
        {
            (await Mount("umount", vault)).ShouldBe(0);
        }
    }

    private static async Task<int> Mount(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
