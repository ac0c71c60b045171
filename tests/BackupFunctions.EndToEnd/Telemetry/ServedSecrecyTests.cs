using System.Text;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Durable;

namespace BackupFunctions.EndToEnd.Telemetry;

/// <summary>With every secret in use, <c>serve</c> puts none into its output, log file, metrics, traces, answers or files.</summary>
public sealed class ServedSecrecyTests : IDisposable
{
    private const string Password = "s0urce@p:a/s%s", ApiKey = "an api key of a served test", CollectorKey = "a-token-of-the-collector";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-secrecy-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task No_secret_leaves_the_process_and_all_signals_do()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new() { Users = [EmbeddedUser.WithPassword("ops@site", Password, "admin", new EmbeddedRole("root"))] });
        await using var target = await EmbeddedMongoServer.Start(new() { Users = [EmbeddedUser.WithPassword("ops@site", Password, "admin", new EmbeddedRole("root"))] });
        await MongoFixture.Seed(As(mongo));
        using var collector = new OtlpReceiver();
        var settings = StandaloneSettings.Of(_directory.FullName, As(mongo), ApiKey);
        var key = settings[SettingNames.Key];
        settings[SettingNames.LogFile] = "serve.log";
        settings[SettingNames.OtlpEndpoint] = collector.Address;
        settings[SettingNames.OtlpHeaders] = $"authorization=Bearer%20{CollectorKey}";
        settings[SettingNames.OtlpProtocol] = "http/protobuf";
        settings["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        settings["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        string[] secrets = [Password, Uri.EscapeDataString(Password), ApiKey, CollectorKey, key, Convert.ToHexStringLower(Convert.FromBase64String(key))];

        string log, answers;
        using (var server = await ServeProcess.Start(_directory.FullName, settings))
        {
            server.Http.DefaultRequestHeaders.Add("x-functions-key", ApiKey);
            await Run(server, "/api/backups", """{"type":"full"}""", "full-backup", "Completed");
            await Run(server, "/api/restores", $$"""{"target":"{{As(target)}}"}""", "restore", "Completed");
            // errors name what failed
            await Run(server, "/api/restores", $$"""{"target":"mongodb://ops:{{Uri.EscapeDataString(Password)}}@127.0.0.1:1/?serverSelectionTimeoutMS=100"}""", "restore", "Failed");
            answers = await server.Http.GetStringAsync(new Uri("/api/metrics", UriKind.Relative)) + await server.Http.GetStringAsync(new Uri($"{Routes.Instances}?showInput=true", UriKind.Relative));
            await Until(() => collector.Of("traces").Contains("UploadToNode", StringComparison.Ordinal) && collector.Of("metrics").Contains("backupfunctions.last_success.timestamp", StringComparison.Ordinal));
            server.Kill();
            log = server.Log;
        }

        collector.Authorizations.ShouldAllBe(a => a == $"Bearer {CollectorKey}");
        log.ShouldContain("backup.completed");
        File.ReadAllText(Path.Combine(_directory.FullName, "serve.log")).ShouldContain("backup.completed");
        answers.ShouldContain("""backupfunctions_runs_total{workflow="Restore",outcome="failed"} 1""");
        foreach (var secret in secrets)
        {
            foreach (var (where, text) in new[] { ("the log", log), ("an answer", answers), ("the traces", collector.Of("traces")), ("the metrics", collector.Of("metrics")) })
                text.Contains(secret, StringComparison.Ordinal).ShouldBeFalse($"{where} shows {secret}");
            foreach (var file in Directory.EnumerateFiles(_directory.FullName, "*", SearchOption.AllDirectories))
                File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)).ShouldBe(-1, $"{file} holds {secret}");
        }
    }

    private static async Task Run(ServeProcess server, string path, string body, string instance, string status)
    {
        using var started = await server.Http.PostJson(path, body);
        started.IsSuccessStatusCode.ShouldBeTrue(await started.Content.ReadAsStringAsync());
        (await server.Http.Ended(instance)).GetProperty("runtimeStatus").GetString().ShouldBe(status);
    }

    private static async Task Until(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (!isSo()) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
    }

    private static string As(EmbeddedMongoServer server) =>
        server.ConnectionString.Replace("mongodb://", $"mongodb://{Uri.EscapeDataString("ops@site")}:{Uri.EscapeDataString(Password)}@", StringComparison.Ordinal) + "&authSource=admin";
}
