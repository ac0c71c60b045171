using System.Text.RegularExpressions;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Demo;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>What the README shows is what happens: its commands run again and print the same, but for ids, sizes and times.</summary>
public sealed partial class ReadmeTests
{
    private const string Demo = "dotnet run --project src/BackupFunctions.Standalone -- demo";

    [Fact]
    public async Task The_demo_prints_what_its_transcript_shows()
    {
        var shown = Document.Readme.Commands.Single(c => c.Line == Demo).Output;
        var demo = await RealDemo.Run();
        demo.ExitCode.ShouldBe(0, demo.Error);
        Transcript.Shape(demo.Text).ShouldBe(Transcript.Shape(shown));
    }

    [Fact]
    public async Task The_walk_through_prints_what_its_transcript_shows()
    {
        var commands = Document.Readme.Commands.Where(c => c.Words[0] == "backupfn").ToList();
        commands.Select(c => c.Words[1]).ShouldBe(["restore", "keys", "doctor", "backup", "list", "restore-full", "restore", "backup", "windows", "restore-full"]);
        await using var walk = await WalkThrough.Start(Document.Readme.BlocksIn("ini").Single());
        foreach (var command in commands)
        {
            var (exitCode, output) = await walk.BackupFn(command.Words.Skip(1));
            exitCode.ShouldBe(0, $"{command.Line}\n{output}");
            Transcript.Shape(output).ShouldBe(Transcript.Shape(command.Output), command.Line);
            walk.Learn(command.Output, output);
        }
    }

    [Fact]
    public async Task The_service_starts_and_answers_as_its_lines_say()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there is no bash on Windows");
        var lines = Document.Readme.BlocksIn("sh").Single(b => b.Contains("-- serve", StringComparison.Ordinal)).TrimEnd().Split('\n');
        lines[0].ShouldBe("dotnet run -c Release --project src/BackupFunctions.Standalone -- serve");
        lines.Skip(1).ShouldAllBe(l => l.StartsWith("curl ", StringComparison.Ordinal));
        await using var walk = await WalkThrough.Start(Document.Readme.BlocksIn("ini").Single());
        (await walk.BackupFn(["keys", "new", "--output", $"{WalkThrough.Place}/backup.key"])).ExitCode.ShouldBe(0);
        using var program = walk.Serve();
        var address = (await program.Line("listening on "))["listening on ".Length..];
        foreach (var line in lines.Skip(1))
        {
            var (exitCode, output) = await WalkThrough.Shell(line.Replace("http://127.0.0.1:7071", address, StringComparison.Ordinal));
            if (exitCode == 127) Assert.Skip("there is no curl");
            exitCode.ShouldBe(0, $"{line}\n{output}");
            using var json = System.Text.Json.JsonDocument.Parse(output);
            json.RootElement.TryGetProperty(line.Contains(" -X POST ", StringComparison.Ordinal) ? "statusQueryGetUri" : "runtimeStatus", out _).ShouldBeTrue(output);
        }
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        (await http.Ended("full-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
    }

    [Fact]
    public void Every_command_is_one_that_these_tests_know()
    {
        foreach (var command in Document.Readme.Commands) (command.Line == Demo || command.Words[0] == "backupfn").ShouldBeTrue(command.Line);
    }

    [Fact]
    public void Projects_scripts_and_documents_that_it_names_exist()
    {
        var names = Projects().Matches(Document.Readme.Text).Concat(Links().Matches(Document.Readme.Text)).Select(m => m.Groups[1].Value).Distinct().ToList();
        names.ShouldContain("src/BackupFunctions.Standalone");
        names.ShouldContain("docs/cli.md");
        foreach (var name in names) Path.Exists(Path.Combine(Transcript.Root, name)).ShouldBeTrue(name);
    }

    [GeneratedRegex("--project (\\S+)")]
    private static partial Regex Projects();

    [GeneratedRegex("\\]\\((?!https?:)([^)#]+)")]
    private static partial Regex Links();
}
