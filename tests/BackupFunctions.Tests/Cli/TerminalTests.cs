using System.Text.Json;
using BackupFunctions.Cli.Commands;
using BackupFunctions.Tests.Configuration;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Tests.Cli;

public class TerminalTests
{
    private const char Escape = '\u001b';

    private static readonly FakeEngine Working = new()
    {
        During = run =>
        {
            run.Progress.Report(new ProgressUpdate("dump [x]", 1, 4, 2048));
            run.Loggers.CreateLogger("engine").LogWarning("half way");
            run.Progress.Report(new ProgressUpdate("dump [x]", 4, 4, 4096));
            return Task.CompletedTask;
        },
    };

    [Fact]
    public async Task Progress_is_shown_on_a_terminal_and_results_stay_clean()
    {
        var run = await CliRun.Of(["list"], Working, terminal: true);
        run.Error.ShouldContain("dump [x]");
        run.Error.ShouldContain("02:00:00Z warn  half way");
        run.Out.ShouldBe((await CliRun.Of(["list"])).Out);
    }

    [Theory]
    [InlineData(false, "list", "")]
    [InlineData(true, "list --quiet", "")]
    [InlineData(true, "list --json", "")]
    [InlineData(true, "list", "TERM=dumb")]
    public async Task Progress_is_not_shown_elsewhere(bool terminal, string commandLine, string setting)
    {
        var run = await CliRun.Of(commandLine.Split(' '), Working, setting.Length == 0 ? null : TestSettings.Complete(setting), terminal);
        run.Error.ShouldNotContain("dump");
        run.Error.ShouldNotContain(Escape);
        run.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Colour_is_for_terminals_and_NO_COLOR_turns_it_off()
    {
        (await CliRun.Of(["show"], terminal: true)).Error.ShouldStartWith($"{Escape}[31merror:{Escape}[0m required");
        (await CliRun.Of(["show"], terminal: true, settings: TestSettings.Complete("NO_COLOR=1"))).Error.ShouldStartWith("error: required");
        (await CliRun.Of(["show"])).Error.ShouldStartWith("error: required");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_json_every_line_of_both_streams_is_an_object(bool terminal)
    {
        var engine = new FakeEngine { During = Working.During, Failure = new BackupException(ErrorKind.Corrupt, "open block\u001b[2J") };
        foreach (var failing in new[] { engine, Working })
        {
            var run = await CliRun.Of(["list", "--json", "--log-level", "debug"], failing, TestSettings.Complete("BACKUP_X=1"), terminal);
            foreach (var line in (run.Out + run.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries)) JsonElement.Parse(line).ValueKind.ShouldBe(JsonValueKind.Object);
            (run.Out + run.Error).ShouldNotContain(Escape);
        }
    }

    [Fact]
    public async Task Control_characters_of_an_error_do_not_reach_the_terminal()
    {
        var run = await CliRun.Of(["show", "latest"], new FakeEngine { Failure = new BackupException(ErrorKind.Failed, "drop shop.a\u001b[2Jb\rc") });
        run.Error.ShouldBe("error: drop shop.a\\u001b[2Jb\\u000dc\n");
    }
}
