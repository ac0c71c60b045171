using System.Diagnostics;
using System.Text.Json;

namespace BackupFunctions.EndToEnd.Benchmarks;

/// <summary>The benchmark program as its users start it. What it prints is checked, and not how fast the machine is.</summary>
public sealed class BenchmarkProgramTests
{
    [Fact]
    public async Task A_measure_is_a_line_of_json_that_holds_its_ratio_against_its_goal()
    {
        var (exitCode, output, _) = await Run("--json", "--quick", "--only", "seal_vs_primitives");
        exitCode.ShouldBe(0);
        var line = JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem()).RootElement;
        line.EnumerateObject().Take(4).Select(p => p.Name).ShouldBe(["measure", "ratio", "goal", "ok"]);
        line.GetProperty("measure").GetString().ShouldBe("seal_vs_primitives");
        line.GetProperty("goal").GetDouble().ShouldBe(0.85);
        var ratio = line.GetProperty("ratio").GetDouble();
        ratio.ShouldBeGreaterThan(0);
        line.GetProperty("ok").GetBoolean().ShouldBe(ratio >= 0.85);
        line.GetProperty("mb_per_s").GetDouble().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("unknown argument '--fast'", "--fast")]
    [InlineData("unknown measure 'speed'", "--json", "--only", "speed")]
    public async Task What_it_does_not_know_is_refused_before_anything_is_measured(string problem, params string[] arguments)
    {
        var (exitCode, output, error) = await Run(arguments);
        exitCode.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldContain(problem);
        error.ShouldContain("usage:");
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        var program = BuiltProgram.PathOf("tests/BackupFunctions.Benchmarks", "BackupFunctions.Benchmarks.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
