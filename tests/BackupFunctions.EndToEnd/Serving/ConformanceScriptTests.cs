using System.Diagnostics;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Docs;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary><c>conformance.sh</c> asks a Standalone process, as it would any other host.</summary>
public sealed class ConformanceScriptTests : IDisposable
{
    private const string Key = "a key for the script";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("backupfn-script-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task It_ends_with_what_passed_and_what_failed()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there is no bash on Windows");
        await using var source = await EmbeddedMongoServer.Start(new());
        await using var target = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(source.ConnectionString);
        using var program = StandaloneProgram.Start(_directory, StandaloneSettings.Of(_directory, source.ConnectionString, Key), "serve");
        var url = (await program.Line("listening on "))["listening on ".Length..];

        (await Script(url, Key, target.ConnectionString)).ShouldMatch("^[1-9][0-9]+ passed, 0 failed$");
        // whoever has not the key is told nothing, and the script says so
        (await Script(url, "another key", target.ConnectionString)).ShouldMatch("^[0-9]+ passed, [1-9][0-9]* failed$");
    }

    private async Task<string> Script(string url, string key, string targetUri)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Transcript.Root, "conformance.sh"), url, key]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _directory };
        start.Environment["CONFORMANCE_TARGET_URI"] = targetUri;
        start.Environment["CONFORMANCE_ASSEMBLY"] = typeof(ConformanceScriptTests).Assembly.Location;
        using var script = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            var (output, error) = (script.StandardOutput.ReadToEndAsync(patience.Token), script.StandardError.ReadToEndAsync(patience.Token));
            await script.WaitForExitAsync(patience.Token);
            var last = (await output).TrimEnd().Split('\n')[^1];
            (script.ExitCode == 0).ShouldBe(last.EndsWith(" 0 failed", StringComparison.Ordinal), await output + await error);
            return last;
        }
        finally
        {
            if (!script.HasExited) script.Kill(entireProcessTree: true);
        }
    }
}
