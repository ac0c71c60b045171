using System.Net;
using System.Text;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Durable;
using BackupFunctions.Tests.Notifications.Receivers;

namespace BackupFunctions.EndToEnd.Telemetry;

/// <summary>With every secret in use, errors and a node that repeats its token included, <c>serve</c> puts none into its output, log file, metrics, traces, answers, alerts or files.</summary>
public sealed class ServedSecrecyTests : IDisposable
{
    private const string Password = "s0urce@p:a/s%s", CataloguePassword = "c4talogue&p=a?s", ApiKey = "an api key of a served test", CollectorKey = "a-token-of-the-collector", NodeToken = "t0ken-of-the-second-node",
        MailPassword = "pa55word-of-the-mail", Passphrase = "correct horse battery staple and more";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-secrecy-");
    private readonly WebhookReceiver _web = new() { Answer = $"taken at {WebhookReceiver.Path}" };
    private readonly SmtpReceiver _mail = new() { Password = MailPassword };
    private readonly RepeatingNode _node = new();

    public void Dispose()
    {
        _web.Dispose();
        _mail.Dispose();
        _node.Dispose();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_secret_leaves_the_process_and_all_signals_do(bool passphrase)
    {
        await using var mongo = await Mongo("ops@site", Password);
        await using var target = await Mongo("ops@site", Password);
        await using var catalogue = await Mongo("keeper", CataloguePassword);
        await MongoFixture.Seed(As(mongo, "ops@site", Password));
        using var collector = new OtlpReceiver();
        var settings = StandaloneSettings.Of(_directory.FullName, As(mongo, "ops@site", Password), ApiKey);
        var key = settings[SettingNames.Key];
        if (passphrase)
        {
            settings.Remove(SettingNames.Key);
            settings[SettingNames.Passphrase] = Passphrase;
        }
        settings[SettingNames.CatalogUri] = As(catalogue, "keeper", CataloguePassword);
        // a repository begins with both nodes
        using (var first = await ServeProcess.Start(_directory.FullName, settings))
        {
            first.Http.DefaultRequestHeaders.Add("x-functions-key", ApiKey);
            await Run(first, "/api/backups", """{"type":"full"}""", "full-backup", "Completed");
            first.Kill();
        }
        settings[SettingNames.NodeUrl(2)] = _node.Address;
        settings[SettingNames.NodeToken(2)] = NodeToken;
        settings[SettingNames.LogFile] = "serve.log";
        settings[SettingNames.WatchSchedule] = "* * * * * *";
        settings[SettingNames.WebhookUrl] = _web.Url.AbsoluteUri;
        settings[SettingNames.SmtpHost] = "127.0.0.1";
        settings[SettingNames.SmtpPort] = $"{_mail.Port}";
        settings[SettingNames.SmtpTls] = "none";
        settings[SettingNames.SmtpUser] = "ada";
        settings[SettingNames.SmtpPassword] = MailPassword;
        settings[SettingNames.SmtpFrom] = "backup@example.com";
        settings[SettingNames.SmtpTo] = "ops@example.com";
        settings[SettingNames.OtlpEndpoint] = collector.Address;
        settings[SettingNames.OtlpHeaders] = $"authorization=Bearer%20{CollectorKey}";
        settings[SettingNames.OtlpProtocol] = "http/protobuf";
        settings["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        settings["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        string[] secrets =
        [
            Password, Uri.EscapeDataString(Password), CataloguePassword, Uri.EscapeDataString(CataloguePassword), ApiKey, CollectorKey, NodeToken, MailPassword, Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0ada\0{MailPassword}")),
            "s3cret-of-the-hook", passphrase ? Passphrase : key, Convert.ToHexStringLower(Convert.FromBase64String(key)),
        ];

        string log;
        var answers = new StringBuilder();
        using (var server = await ServeProcess.Start(_directory.FullName, settings))
        {
            server.Http.DefaultRequestHeaders.Add("x-functions-key", ApiKey);
            await Run(server, "/api/backups", """{"type":"full"}""", "full-backup", "Completed");
            await Run(server, "/api/restores", $$"""{"target":"{{As(target, "ops@site", Password)}}"}""", "restore", "Completed");
            await Run(server, "/api/verifications", "{}", "verification", "Completed");
            // errors name what failed
            await Run(server, "/api/restores", $$"""{"target":"mongodb://ops:{{Uri.EscapeDataString(Password)}}@127.0.0.1:1/?serverSelectionTimeoutMS=100"}""", "restore", "Failed");
            await Until(() => _web.Told.Contains("node.unreachable", StringComparison.Ordinal) && _mail.Mails.Count > 1);
            foreach (var path in new[] { "metrics", "health", "backups", "backups/latest", "backups/nothing", "windows", "openapi.json", "dashboard", "nowhere" }) answers.Append(await Text(server, $"/api/{path}"));
            foreach (var body in new[] { $$"""{"target":"{{As(target, "ops@site", Password)}}","dryRun":true}""", $$"""{"target":"{{As(target, "ops@site", Password)}}x","at":"never"}""", $$"""{"target":"{{Password}}"}""" })
            {
                using var response = await server.Http.PostJson("/api/restores", body);
                answers.Append(await response.Content.ReadAsStringAsync());
            }
            answers.Append(await Text(server, $"{Routes.Instances}?showInput=true&showHistory=true"));
            server.Http.DefaultRequestHeaders.Remove("x-functions-key");
            answers.Append(await Text(server, $"/api/backups?code={Uri.EscapeDataString(ApiKey)}x"));
            await Until(() => collector.Of("traces").Contains("UploadToNode", StringComparison.Ordinal) && collector.Of("metrics").Contains("backupfunctions.last_success.timestamp", StringComparison.Ordinal));
            // receivers that are gone are told of in the log, and by themselves when they are back
            _web.Status = HttpStatusCode.NotFound;
            _mail.Stop();
            server.Http.DefaultRequestHeaders.Add("x-functions-key", ApiKey);
            await Run(server, "/api/drills", "{}", "restore-drill", "Completed");
            await Until(() => server.Log.Contains("WEBHOOK_URL", StringComparison.Ordinal) && server.Log.Contains("by smtp", StringComparison.Ordinal));
            server.Kill();
            log = server.Log;
        }

        collector.Authorizations.ShouldAllBe(a => a == $"Bearer {CollectorKey}");
        _node.WasAsked.ShouldBeTrue();
        log.ShouldContain("backup.degraded");
        // the node's own words, without the token that was in them
        log.ShouldContain("you are not ****");
        File.ReadAllText(Path.Combine(_directory.FullName, "serve.log")).ShouldContain("backup.degraded");
        answers.ToString().ShouldContain("""backupfunctions_runs_total{workflow="Restore",outcome="failed"} 1""");
        var alerts = string.Concat(_web.Bodies.Concat(_mail.Mails.Select(m => m.ToString())));
        alerts.ShouldContain("you are not ****");
        var mistaken = new List<string>();
        foreach (var secret in secrets)
        {
            foreach (var (where, text) in new[] { ("the log", log), ("an answer", answers.ToString()), ("the traces", collector.Of("traces")), ("the metrics", collector.Of("metrics")), ("an alert", alerts) })
                if (text.Contains(secret, StringComparison.Ordinal)) mistaken.Add($"{where} shows {secret}");
            foreach (var file in Directory.EnumerateFiles(_directory.FullName, "*", SearchOption.AllDirectories))
                if (File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0) mistaken.Add($"{file} holds {secret}");
        }
        mistaken.ShouldBeEmpty();
    }

    private static async Task Run(ServeProcess server, string path, string body, string instance, string status)
    {
        using var started = await server.Http.PostJson(path, body);
        started.IsSuccessStatusCode.ShouldBeTrue(await started.Content.ReadAsStringAsync());
        var ended = await server.Http.Ended(instance);
        ended.GetProperty("runtimeStatus").GetString().ShouldBe(status, ended.ToString());
    }

    private static async Task<string> Text(ServeProcess server, string path)
    {
        using var response = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        return $"{response.Headers}{await response.Content.ReadAsStringAsync()}\n";
    }

    private static async Task Until(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (!isSo()) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
    }

    private static Task<EmbeddedMongoServer> Mongo(string user, string password) => EmbeddedMongoServer.Start(new() { Users = [EmbeddedUser.WithPassword(user, password, "admin", new EmbeddedRole("root"))] });

    private static string As(EmbeddedMongoServer server, string user, string password) =>
        server.ConnectionString.Replace("mongodb://", $"mongodb://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@", StringComparison.Ordinal) + "&authSource=admin";

    /// <summary>A node that refuses everybody, and repeats what it was given.</summary>
    private sealed class RepeatingNode : IDisposable
    {
        private readonly HttpListener _listener = new();

        public RepeatingNode()
        {
            Address = $"http://127.0.0.1:{WebhookReceiver.FreePort()}/";
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _ = Task.Run(Serve);
        }

        public string Address { get; }

        /// <summary>Whether somebody came with the token.</summary>
        public bool WasAsked { get; private set; }

        public void Dispose() => _listener.Close();

        private async Task Serve()
        {
            try
            {
                while (true)
                {
                    var http = await _listener.GetContextAsync();
                    await http.Request.InputStream.CopyToAsync(Stream.Null);
                    var given = (http.Request.Headers["authorization"] ?? "nobody").Split(' ')[^1];
                    WasAsked |= given == NodeToken;
                    http.Response.StatusCode = 403;
                    http.Response.ContentType = "application/json";
                    http.Response.Close(Encoding.UTF8.GetBytes($$"""{"Message":"you are not {{given}}","Code":0,"Type":"error"}"""), willBlock: true);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // closed
            }
        }
    }
}
