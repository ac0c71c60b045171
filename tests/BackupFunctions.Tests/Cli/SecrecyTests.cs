using BackupFunctions.Cli.Commands;
using BackupFunctions.Tests.Configuration;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Tests.Cli;

public class SecrecyTests
{
    private const string TargetPassword = "target-pa55";
    private const string NewKey = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    public static TheoryData<string> Everything => new()
    {
        "backup", "list", "show latest", "verify", "doctor", "config", "keys new", "keys list", "keys add", "keys remove 1", "keys rotate --re-encrypt", "keys export",
        $"restore dump --uri mongodb://u:{TargetPassword}@h",
        $"restore-full latest --uri mongodb://u:{TargetPassword}@h", $"restore-full latest mongodb://u:{TargetPassword}@h", $"restore dump --uri mongodb://u:{TargetPassword}/x@h",
    };

    /// <summary>The engine logs and throws every secret; logs are at their most talkative, once as JSON and once for a terminal.</summary>
    [Theory, MemberData(nameof(Everything))]
    public async Task No_secret_is_printed_or_logged(string commandLine)
    {
        foreach (var (terminal, json) in new[] { (false, false), (false, true), (true, false) })
        {
            foreach (var failure in new[] { null, new BackupException(ErrorKind.Failed, Secrets(), Secrets(), new IOException(Secrets())) })
            {
                var engine = new FakeEngine { Failure = failure, During = Leak };
                string[] args = [.. commandLine.Split(' '), "--log-level", "debug", .. json ? ["--json"] : Array.Empty<string>()];
                var run = await CliRun.Of(args, engine, TestSettings.Complete($"BACKUP_NEW_ENCRYPTION_KEY={NewKey}"), terminal: terminal);
                foreach (var secret in new[] { TestSettings.Key, NewKey, TestSettings.Password, TestSettings.Token, TargetPassword })
                {
                    run.Out.ShouldNotContain(secret);
                    run.Error.ShouldNotContain(secret);
                }
            }
        }
    }

    [Fact]
    public async Task Resolved_settings_are_logged_masked_at_info()
    {
        var run = await CliRun.Of(["list", "--log-level", "info"]);
        run.Error.ShouldContain("setting MONGODB_URI=mongodb://ada:****@db1.example.com:27017/?replicaSet=rs0 (environment)");
        run.Error.ShouldContain("setting BACKUP_ENCRYPTION_KEY=**** (environment)");
        run.Error.ShouldContain("setting BACKUP_COMPRESSION_LEVEL=3 (default)");
    }

    private static string Secrets() =>
        $"key {TestSettings.Key} new key {NewKey} password {TestSettings.Password} token {TestSettings.Token} uri mongodb://u:{TargetPassword}@h";

    private static Task Leak(EngineRun run)
    {
        run.Loggers.CreateLogger("engine").LogError(new InvalidOperationException(Secrets()), "{Status} {Text}", Secrets(), Secrets());
        run.Progress.Report(new ProgressUpdate("stage", 1, 2, 3));
        return Task.CompletedTask;
    }
}
