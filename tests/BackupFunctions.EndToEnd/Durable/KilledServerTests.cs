using System.Text.Json;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary>The Standalone process is killed in the middle of a backup; the next one ends it.</summary>
public sealed class KilledServerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-killed-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task A_backup_goes_on_where_it_was_and_dumps_nothing_twice(int steps)
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        var settings = StandaloneSettings.Of(_directory.FullName, mongo.ConnectionString, key: null);
        List<string> before;
        using (var first = await ServeProcess.Start(_directory.FullName, settings))
        {
            using var started = await first.Http.PostJson("/api/backups", """{"type":"full"}""");
            started.EnsureSuccessStatusCode();
            before = await Steps(first, e => e.Count > steps);
            first.Kill();
        }
        using var second = await ServeProcess.Start(_directory.FullName, settings);
        var after = await Steps(second, e => e[^1] == "ExecutionCompleted FullBackup");
        // what was recorded stays, and what follows does not repeat it
        after[..before.Count].ShouldBe(before);
        after.Count(e => e == "TaskCompleted Plan").ShouldBe(1);
        after.Count(e => e == "TaskCompleted Assemble").ShouldBe(1);

        var status = await second.Http.Ok($"{Routes.Instances}/full-backup?showHistory=true&showHistoryOutput=true");
        status.GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
        var units = status.GetProperty("historyEvents").EnumerateArray().Single(e => Name(e) == "TaskCompleted Plan").GetProperty("Result").GetProperty("units").GetInt32();
        after.Count(e => e == "TaskCompleted DumpAndEncrypt").ShouldBe(units);
        var backups = (await second.Http.Ok("/api/backups")).GetProperty("backups").EnumerateArray().ToList();
        backups.ShouldHaveSingleItem().GetProperty("state").GetString().ShouldBe("complete");
    }

    private static async Task<List<string>> Steps(ServeProcess server, Func<List<string>, bool> isEnough)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (true)
        {
            using var response = await server.Http.GetAsync(new Uri($"{Routes.Instances}/full-backup?showHistory=true", UriKind.Relative), patience.Token);
            var events = (await response.Json()).GetProperty("historyEvents").EnumerateArray().Select(Name).ToList();
            if (isEnough(events)) return events;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }

    private static string Name(JsonElement e) => $"{e.GetProperty("EventType").GetString()} {(e.TryGetProperty("FunctionName", out var name) ? name.GetString() : "")}";
}
