using BackupFunctions.Tests.Configuration;

namespace BackupFunctions.Tests.Cli;

public class GoldenCliTests
{
    private static readonly CliCase[] Cases = [.. ResultCases.All, .. FailureCases.All, .. KeyAndConfigCases.All];

    public static TheoryData<int, string> Numbers => [.. Cases.Select((c, i) => new TheoryDataRow<int, string>(i, c.CommandLine))];

    [Theory, MemberData(nameof(Numbers))]
    public async Task A_command_prints_and_exits_as_recorded(int number, string commandLine)
    {
        var expected = Cases[number];
        var run = await CliRun.Of(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), expected.Engine, TestSettings.Complete(expected.Settings));
        run.Out.ShouldBe(expected.Out);
        run.Error.ShouldBe(expected.Error);
        run.ExitCode.ShouldBe(expected.ExitCode);
        run.Files.ShouldBe(expected.Files);
    }
}
