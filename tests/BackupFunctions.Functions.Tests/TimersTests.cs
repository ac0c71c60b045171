using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Functions.Tests;

public sealed class TimersTests : IDisposable
{
    private readonly FakeClient _client = new();
    private readonly RecordedLog _log = new();
    private readonly WorkerEngine _worker = new(Settings(("BACKUP_PARALLELISM", "5"), ("SCRUB_SHARE", "1/7")), TimeProvider.System, new SystemRandomSource(), NullLoggerFactory.Instance);

    public void Dispose() => _worker.Dispose();

    [Fact]
    public async Task A_schedule_starts_its_workflow_under_the_id_of_its_kind()
    {
        var timers = new Timers(_worker, _log);
        await timers.FullBackupTimer(new(), _client);
        await timers.IncrementalBackupTimer(new(), _client);
        await timers.ResumeTimer(new(), _client);
        await timers.ScrubTimer(new(), _client);
        await timers.DrillTimer(new(), _client);
        _client.Started.Select(s => (s.Name, s.Id)).ShouldBe([
            ("FullBackup", "full-backup"), ("IncrementalBackup", "incremental-backup"), ("ResumeUploads", "resume-uploads"), ("Scrub", "scrub"), ("RestoreDrill", "restore-drill")]);
        _client.Started[0].Input.ShouldBe("""{"width":5,"version":1,"cleansUp":true}""");
        _client.Started[3].Input.ShouldBe("""{"slices":7,"version":1}""");
        _client.Started[4].Input.ShouldBe("""{"at":null,"version":1}""");
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Pending, false)]
    [InlineData(OrchestrationRuntimeStatus.Running, false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false)]
    [InlineData(OrchestrationRuntimeStatus.Completed, true)]
    [InlineData(OrchestrationRuntimeStatus.Failed, true)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, true)]
    public async Task A_schedule_that_finds_its_kind_running_skips_and_says_so(OrchestrationRuntimeStatus status, bool starts)
    {
        _client.Existing = new("FullBackup", "full-backup") { RuntimeStatus = status };
        await new Timers(_worker, _log).FullBackupTimer(new(), _client);
        (_client.Started.Count == 1, _log.Lines.Contains("FullBackup is not started by its schedule: one is running")).ShouldBe((starts, !starts));
    }

    [Fact]
    public async Task The_watch_tells_by_itself_that_nothing_answers()
    {
        using var receiver = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        receiver.Start();
        var directory = Directory.CreateTempSubdirectory("backupfn-watch-");
        try
        {
            var file = Path.Combine(directory.FullName, "file");
            File.WriteAllText(file, "");
            using var worker = new WorkerEngine(Settings(
                ("WEBHOOK_URL", $"http://127.0.0.1:{((System.Net.IPEndPoint)receiver.LocalEndpoint).Port}/hook"), ("BACKUP_STAGING", Path.Combine(directory.FullName, "staging")),
                ("MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"), ("MONGODB_CATALOG_URI", new Uri(Path.Combine(directory.FullName, "catalogue")).AbsoluteUri),
                ("IPFS_NODE_1_URL", $"{new Uri(file).AbsoluteUri}/1"), ("IPFS_NODE_2_URL", $"{new Uri(file).AbsoluteUri}/2")), TimeProvider.System, new SystemRandomSource(), NullLoggerFactory.Instance);
            var watching = new Timers(worker, _log).WatchTimer(new(), CancellationToken.None);
            using (var connection = await receiver.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
            {
                using var reader = new StreamReader(connection.GetStream());
                (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("POST /hook HTTP/1.1");
                receiver.Stop();
            }
            await watching;
            // what the receiver did not take waits
            Directory.GetDirectories(Path.Combine(directory.FullName, "staging"), "alert-message-*").ShouldNotBeEmpty();
            _client.Started.ShouldBeEmpty();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_schedule_that_is_late_says_so_and_starts()
    {
        await new Timers(_worker, _log).ResumeTimer(new() { IsPastDue = true }, _client);
        (_client.Started.Count, _log.Lines[0]).ShouldBe((1, "the schedule of ResumeUploads is past due: its time passed while no host was running"));
    }

    [Fact]
    public async Task Mistaken_settings_are_told_by_the_function_that_needs_them()
    {
        using var worker = new WorkerEngine(Settings(("BACKUP_PARALLELISM", "many")), TimeProvider.System, new SystemRandomSource(), NullLoggerFactory.Instance);
        var error = await Should.ThrowAsync<BackupException>(() => new Timers(worker, _log).FullBackupTimer(new(), _client));
        (error.Kind, error.Message.Contains("BACKUP_PARALLELISM", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("2")]
    public void A_setting_that_is_misspelt_is_told_once_whether_others_are_right_or_not(string parallelism)
    {
        using var loggers = new OneLog(_log);
        using var worker = new WorkerEngine(Settings(("BACKUP_PARALLELISM", parallelism), ("IPFS_NODE1_URL", "file:///vault")), TimeProvider.System, new SystemRandomSource(), loggers);
        for (var i = 0; i < 2; i++)
        {
            if (parallelism == "many") Should.Throw<BackupException>(() => worker.Engine);
            else worker.Engine.ShouldNotBeNull();
        }
        _log.Lines.ShouldBe(["IPFS_NODE1_URL is not a setting and has no effect: did you mean IPFS_NODE_1_URL?"]);
    }

    private static SettingsSource Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["MONGODB_URI"] = "mongodb://127.0.0.1:1/?replicaSet=rs0",
            ["BACKUP_ENCRYPTION_KEY"] = new('0', 64),
            ["IPFS_NODE_1_URL"] = "file:///nowhere/1",
            ["IPFS_NODE_2_URL"] = "file:///nowhere/2",
        };
        foreach (var (name, value) in more) settings[name] = value;
        return new(settings, new Dictionary<string, string>(), "/", new DiskFiles());
    }

    private sealed class OneLog(ILogger log) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => log;

        public void Dispose()
        {
        }
    }

    private sealed class RecordedLog : ILogger<Timers>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
