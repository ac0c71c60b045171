using System.Diagnostics;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>The scripts of <c>scripts/</c> call the command line with the settings of where they are run, and end as it ends.</summary>
public sealed class ScriptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task They_back_up_restore_for_trial_and_look_at_the_nodes()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there is no bash on Windows");
        await using var source = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(source.ConnectionString);
        using var work = new CliWorkspace(source.ConnectionString);
        (await Run(work, "verify-ipfs.sh")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(0, r.Output), r => r.Output.ShouldContain("node 2"));
        (await Run(work, "test-restore.sh")).ExitCode.ShouldBe(10, "there is nothing to restore yet");
        (await Run(work, "test-backup.sh", "--json")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(0, r.Output), r => r.Output.ShouldContain("\"state\":\"complete\""));
        (await Run(work, "test-restore.sh", "--json")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(0, r.Output), r => r.Output.ShouldContain("\"outcome\":\"proven\""));
    }

    private static async Task<(int ExitCode, string Output)> Run(CliWorkspace work, string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Transcript.Root, "scripts", script), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = work.Root };
        foreach (var (name, value) in work.Environment) start.Environment[name] = value;
        start.Environment["BACKUPFN"] = $"dotnet {BuiltProgram.PathOf("src/BackupFunctions.Cli", "backupfn.dll")}";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
