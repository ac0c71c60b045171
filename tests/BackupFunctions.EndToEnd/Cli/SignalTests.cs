namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A process that is stopped in the middle of a backup records nothing and is in nobody's way.</summary>
public sealed class SignalTests
{
    [Theory, InlineData("INT"), InlineData("TERM"), InlineData("KILL")]
    public async Task A_backup_that_is_stopped_records_nothing_and_the_next_one_works(string signal)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there are no signals on Windows");
        if (signal == "INT" && IgnoresInterrupts()) Assert.Skip("this process was started with SIGINT ignored, and so are its children");
        await using var server = await HeldServer.Start();
        using var work = new CliWorkspace(server.Uri);
        server.Staging = work.PathOf("staging");

        using (var backup = ChildProcess.Start(work, "backup full"))
        {
            await server.Reached();
            backup.Signal(signal);
            var outcome = await backup.End();
            if (signal != "KILL")
            {
                outcome.Ended(130).Error.ShouldContain("cancelled");
                work.Snapshot.ShouldNotContain(f => f.Contains(".pending-", StringComparison.Ordinal));
            }
            outcome.Out.ShouldBeEmpty();
        }
        server.Release();

        (await work.Listed()).ShouldBeEmpty();
        await work.BackUp();
        (await work.Run("verify")).Ended(0);
        (await work.Listed()).ShouldBe(["complete"]);
    }

    [Fact]
    public async Task The_process_takes_settings_from_its_environment_and_ends_with_the_code()
    {
        using var work = new CliWorkspace("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200");
        using (var config = ChildProcess.Start(work, "config --json"))
            (await config.End()).Ended(0).Result.GetProperty("settings").GetArrayLength().ShouldBeGreaterThan(10);
        work.Settings.Remove(Configuration.SettingNames.Key);
        using var backup = ChildProcess.Start(work, "backup full");
        (await backup.End()).FailedWith(2, "BACKUP_ENCRYPTION_KEY");
    }

    // /proc/self/status has the ignored signals as a mask; SIGINT is number 2
    internal static bool IgnoresInterrupts() =>
        File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & 2) != 0;
}
