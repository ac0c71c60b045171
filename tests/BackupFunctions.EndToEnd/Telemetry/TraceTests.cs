using System.Diagnostics;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Serving;
using BackupFunctions.Standalone.Durable.Journal;

namespace BackupFunctions.EndToEnd.Telemetry;

/// <summary>A backup is one trace: the run, and below it every activity.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task A_full_backup_is_one_trace_with_a_span_for_each_activity()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        using var spans = new CollectedSpans();
        string trace;
        await using (var server = await RunningServer.Start(mongo.ConnectionString))
        {
            using var started = await server.Http.PostJson("/api/backups", """{"type":"full"}""");
            started.EnsureSuccessStatusCode();
            (await server.Http.Ended("full-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
            trace = Execution(Path.Combine(server.Directory, "journal.db"));
        }

        var all = spans.Of(trace);
        var root = all.Single(s => s.OperationName == "FullBackup");
        (root.ParentSpanId, root.GetTagItem("backupfunctions.instance"), root.GetTagItem("backupfunctions.outcome")).ShouldBe((default, "full-backup", "completed"));
        all.Where(s => s != root).ShouldAllBe(s => s.ParentSpanId == root.SpanId);
        new[] { "Plan", "DumpAndEncrypt", "CaptureOplog", "Assemble", "UploadToNode", "PinOnNode", "VerifyNode", "UpdateManifest", "Cleanup", "Notify" }.ShouldBeSubsetOf(all.Select(s => s.OperationName));
        foreach (var name in new[] { "UploadToNode", "PinOnNode", "VerifyNode" })
            all.Where(s => s.OperationName == name).Select(s => (int)s.GetTagItem("backupfunctions.node")!).Distinct().Order().ToArray().ShouldBe([1, 2], name);
        var upload = all.First(s => s.OperationName == "UploadToNode");
        ((string)upload.GetTagItem("backupfunctions.key")!).ShouldStartWith("upload/");
        ((long)upload.GetTagItem("backupfunctions.bytes")!).ShouldBePositive();
        all.Where(s => s.OperationName is "DumpAndEncrypt" or "PinOnNode").Select(s => (string)s.GetTagItem("backupfunctions.backup")!).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_runs_after_a_restart_stays_in_the_trace()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        using var directory = new TemporaryDirectory();
        var settings = StandaloneSettings.Of(directory.Path, mongo.ConnectionString, key: null);
        var log = Path.Combine(directory.Path, "logs", "backup.log");
        settings[SettingNames.LogFile] = log;
        using (var first = await Durable.ServeProcess.Start(directory.Path, settings))
        {
            using var started = await first.Http.PostJson("/api/backups", """{"type":"full"}""");
            started.EnsureSuccessStatusCode();
            first.Kill();
        }
        using (var second = await Durable.ServeProcess.Start(directory.Path, settings))
        {
            (await second.Http.Ended("full-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
            second.Kill();
        }
        var trace = Execution(Path.Combine(directory.Path, "journal.db"));
        var told = File.ReadLines(log).Select(l => System.Text.Json.JsonElement.Parse(l)).Single(l => l.TryGetProperty("type", out var type) && type.GetString() == "backup.completed");
        (told.GetProperty("traceId").GetString(), told.GetProperty("instanceId").GetString(), told.GetProperty("status").GetString(), told.GetProperty("level").GetString()).ShouldBe((trace, "full-backup", "success", "INFO"));
        told.GetProperty("size").GetInt64().ShouldBePositive();
        told.GetProperty("duration").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        told.GetProperty("cid").GetString().ShouldStartWith("baf");
        told.GetProperty("backupId").GetString().ShouldNotBeNullOrEmpty();
        if (!OperatingSystem.IsWindows()) (File.GetUnixFileMode(log) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.UserExecute)).ShouldBe(default);
    }

    // the trace id is that of the start of the instance, which its journal has
    private static string Execution(string journal)
    {
        using var database = JournalDatabase.Open(journal);
        return new JournalStore(database).Find("full-backup")!.Execution;
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("backupfn-trace-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
