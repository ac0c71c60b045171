using System.Diagnostics;
using BackupFunctions.EndToEnd.Docs;

namespace BackupFunctions.EndToEnd.Recovery;

/// <summary>The commands of docs/recovery.md, one after the other, as somebody types them on the worst day.</summary>
public sealed class RecoveryDocumentTests(DisasterFixture fixture) : IClassFixture<DisasterFixture>
{
    private const string Publish = "dotnet publish ", Copy = "/tmp/backupfn";

    [Fact]
    public async Task Every_command_works_in_its_order()
    {
        var commands = Commands.Where(c => !c.StartsWith(Publish, StringComparison.Ordinal)).ToList();
        commands.Count.ShouldBeGreaterThan(10);
        using var work = fixture.Work.Copy();
        var root = (await work.Run("list --json")).Lines.First(l => l.GetProperty("type").GetString() == "full").GetProperty("root").GetString()!;
        var newest = (await work.Run("windows --json")).Lines.Last(l => l.GetProperty("message_type").GetString() == "window").GetProperty("to").GetString()!;
        foreach (var loss in new[] { Loss.MongoDb, Loss.Catalogue }) work.Lose(loss);
        foreach (var command in commands)
        {
            command.ShouldStartWith("backupfn ");
            var line = command["backupfn ".Length..].Replace("$NODE", "file://{root}/vault-1", StringComparison.Ordinal).Replace("$TARGET", fixture.Mongo.Target, StringComparison.Ordinal)
                .Replace("$ROOT", root, StringComparison.Ordinal).Replace("$OPTIME", newest, StringComparison.Ordinal).Replace("recovery-kit.json", "{root}/recovery-kit.json", StringComparison.Ordinal)
                .Replace("backup.car", "{root}/backup.car", StringComparison.Ordinal).Replace("--output dump", "--output {root}/dump", StringComparison.Ordinal);
            (await work.Run(line)).Ended(0);
        }
    }

    /// <summary>Builds all of it once more, and may have to fetch the runtime: with <c>BACKUPFUNCTIONS_LONG=1</c>.</summary>
    [Fact]
    public async Task The_copy_of_the_program_runs_without_NET()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BACKUPFUNCTIONS_LONG") == "1", "BACKUPFUNCTIONS_LONG is not 1");
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "it is for another system");
        var directory = Directory.CreateTempSubdirectory("backupfunctions-publish-");
        try
        {
            // another clone: this one is in use by the tests beside this one
            foreach (var file in Directory.EnumerateFiles(Transcript.Root)) File.Copy(file, Path.Combine(directory.FullName, Path.GetFileName(file)));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Transcript.Root, "src"), "*", SearchOption.AllDirectories))
            {
                var path = Path.GetRelativePath(Transcript.Root, file);
                if (path.Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj")) continue;
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(directory.FullName, path))!);
                File.Copy(file, Path.Combine(directory.FullName, path));
            }
            var copy = Path.Combine(directory.FullName, "copy");
            (await Run(directory.FullName, Commands.Single(c => c.StartsWith(Publish, StringComparison.Ordinal)).Replace(Copy, copy, StringComparison.Ordinal))).ExitCode.ShouldBe(0);
            (await Run(copy, "env -i ./backupfn --version")).Output.ShouldStartWith("backupfn ");
            foreach (var locks in Directory.EnumerateFiles(Path.Combine(directory.FullName, "src"), "packages.lock.json", SearchOption.AllDirectories))
                File.ReadAllText(locks).ShouldBe(File.ReadAllText(Path.Combine(Transcript.Root, Path.GetRelativePath(directory.FullName, locks))), locks);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Commands => new Document("docs/recovery.md").Blocks.Where(b => b.Language == "sh").SelectMany(b => b.Lines);

    private static async Task<(int ExitCode, string Output)> Run(string directory, string line)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { WorkingDirectory = directory, RedirectStandardOutput = true, Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" } })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        return (process.ExitCode, output);
    }
}
