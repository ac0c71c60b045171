using BackupFunctions.Cli;

namespace BackupFunctions.Tests.Cli;

public class CommandSurfaceTests
{
    private static readonly string[] Commands =
        ["backup", "resume", "list", "stats", "show", "windows", "verify", "scrub", "drill", "retention", "protect", "unprotect", "remove", "restore-full", "restore", "download", "export", "import", "decrypt", "recover", "doctor", "alerts", "keys", "config", "completion"];

    [Fact]
    public async Task Help_lists_every_command_and_each_has_its_own()
    {
        var help = await CliRun.Of(["--help"]);
        help.ExitCode.ShouldBe(0);
        foreach (var command in Commands)
        {
            help.Out.ShouldContain($"\n  {command} ");
            var own = await CliRun.Of([command, "--help"]);
            own.ExitCode.ShouldBe(0);
            own.Out.ShouldContain($"backupfn {command}");
            own.Out.ShouldContain("--json");
        }
    }

    [Fact]
    public async Task Version_is_that_of_the_command_line()
    {
        var run = await CliRun.Of(["--version"]);
        run.ExitCode.ShouldBe(0);
        run.Out.ShouldBe($"backupfn {typeof(CliApp).Assembly.GetName().Version!.ToString(3)}\n");
    }

    [Fact]
    public async Task Completions_come_from_the_command_line_itself()
    {
        const string typed = "backupfn list --type ";
        var run = await CliRun.Of([$"[suggest:{typed.Length}]", typed]);
        run.Out.Split('\n').ShouldBeSubsetOf(["full", "incremental", ""]);
        run.Out.ShouldContain("incremental");
    }

    [Fact]
    public async Task Settings_are_read_from_the_file_in_the_working_directory()
    {
        var run = await CliRun.Of(["config"], settings: new Dictionary<string, string>(), prepare: directory =>
            File.WriteAllText(Path.Combine(directory, ".env"), "export BACKUP_COMPRESSION_LEVEL='7' # small\n"));
        run.Out.Split('\n').ShouldContain(line => line.StartsWith("BACKUP_COMPRESSION_LEVEL", StringComparison.Ordinal) && line.Contains(" 7 ") && line.EndsWith(".env", StringComparison.Ordinal));
    }
}
