using System.Text.Json;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Serving;

namespace BackupFunctions.EndToEnd.Demo;

/// <summary><c>demo --keep</c>: what it made is served when it has ended, until Ctrl-C.</summary>
public sealed class KeptDemoTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupfn-kept-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_backups_are_there_to_ask_about_until_it_is_told_to_stop()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there are no signals on Windows");
        using var program = StandaloneProgram.Start(_directory, new Dictionary<string, string> { ["TMPDIR"] = _directory }, "demo", "--keep", "--json");
        JsonElement.Parse(await program.Line("\"summary\"")).GetProperty("ok").GetBoolean().ShouldBeTrue();
        using var http = new HttpClient { BaseAddress = new Uri(JsonElement.Parse(await program.Line("\"serving\"")).GetProperty("url").GetString()!) };
        var backups = (await http.Ok("/api/backups")).GetProperty("backups").EnumerateArray().ToList();
        backups.Select(b => b.GetProperty("type").GetString()).ShouldBe(["incremental", "incremental", "incremental", "full"]);
        backups.ShouldAllBe(b => b.GetProperty("state").GetString() == "complete");
        (await http.Ok("/api/windows")).GetProperty("windows").GetArrayLength().ShouldBe(1);
        // its server still runs
        using (var started = await http.PostJson("/api/backups", """{"type":"incremental"}""")) started.EnsureSuccessStatusCode();
        (await http.Ended("incremental-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");

        // SIGINT would do as well, but a process that was started with it ignored hands that on to its children
        program.Signal(SignalTests.IgnoresInterrupts() ? "TERM" : "INT");
        var (exitCode, rest, error) = await program.End();
        (exitCode, rest, error).ShouldBe((0, "", ""));
        Directory.EnumerateDirectories(_directory, "backupfunctions-demo-*").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Only_a_demo_that_went_well_is_served_and_told_behind_its_summary()
    {
        using var well = new DemoFixture();
        (await well.RunJson(new() { Keep = true })).ShouldBe(0);
        well.Lines[^2].GetProperty("message_type").GetString().ShouldBe("summary");
        (well.Lines[^1].GetProperty("message_type").GetString(), well.Lines[^1].GetProperty("url").GetString()).ShouldBe(("serving", "http://127.0.0.1:7071"));
        well.Parts.Calls.IndexOf("serve").ShouldBeLessThan(well.Parts.Calls.IndexOf("stop"));

        using var text = new DemoFixture();
        (await text.RunText(new() { Keep = true })).ShouldBe(0);
        text.Out.TrimEnd().Split('\n')[^1].ShouldBe("curl http://127.0.0.1:7071/api/backups");

        using var badly = new DemoFixture(new() { RestoredWrongly = c => c.Clear() });
        (await badly.RunJson(new() { Keep = true })).ShouldNotBe(0);
        badly.Parts.Calls.ShouldNotContain("serve");
        using var tidied = new DemoFixture();
        (await tidied.RunJson()).ShouldBe(0);
        tidied.Parts.Calls.ShouldNotContain("serve");
    }
}
