using System.Net;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.Ipfs;
using BackupFunctions.Notifications;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary>
/// A Standalone process over a source, a target, two vaults and a journal, which is killed right behind steps of its journal: a trigger in the journal's file lets no more steps in, so that what was
/// done for the next one is done, its answer is lost, and the process is killed.
/// </summary>
internal sealed class KilledRuns : IAsyncDisposable
{
    private const int Documents = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly byte[] Noise = new byte[400];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-killed-");
    private EmbeddedMongoServer _source = null!, _target = null!;
    private ServeProcess? _process;
    private int _reads;

    public string Source => _source.ConnectionString;

    public string Target => _target.ConnectionString;

    /// <summary>How often the process was killed.</summary>
    public int Kills { get; private set; }

    private Dictionary<string, string> Settings => StandaloneSettings.Of(_directory.FullName, Source, key: null);

    private string Journal => Path.Combine(_directory.FullName, "journal.db");

    private string Staging => Path.Combine(_directory.FullName, "staging");

    public static async Task<KilledRuns> Start()
    {
        var runs = new KilledRuns();
        runs._source = await EmbeddedMongoServer.Start(new() { Seeds = [new("big", "numbers", Documents, runs.Document)] });
        runs._target = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(runs.Source);
        runs._process = await ServeProcess.Start(runs._directory.FullName, runs.Settings);
        return runs;
    }

    /// <summary>Starts a workflow; the process is killed behind each of these steps that the run comes to, and started again. Gives how it ended.</summary>
    public async Task<JsonElement> Run(string instance, string route, string body, params IEnumerable<int> steps)
    {
        var started = false;
        foreach (var step in steps)
        {
            LetIn(instance, step);
            if (!started) await Begin();
            started = true;
            var ended = Ended(instance);
            if (await Task.WhenAny(_process!.Broken, ended) == ended) return Completed(await ended);
            _process.Kill();
            Kills++;
            History(instance).Count.ShouldBe(step);
            var (sealedUnits, reads) = (AllUnitsAreSealed(instance), Volatile.Read(ref _reads));
            LetIn(instance, null);
            await Restart();
            if (sealedUnits) _unread = reads;
        }
        if (!started) await Begin();
        var end = Completed(await Ended(instance));
        if (_unread is { } before) Volatile.Read(ref _reads).ShouldBe(before, "what had been sealed was read again");
        return end;

        async Task Begin()
        {
            _unread = null;
            using var response = await _process!.Http.PostJson(route, body);
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Keys of answers in the journal, in order; null for what is none.</summary>
    public List<string?> History(string instance)
    {
        using var journal = Open();
        using var command = journal.CreateCommand();
        command.CommandText = "SELECT key FROM history WHERE instance = @instance ORDER BY seq";
        command.Parameters.AddWithValue("@instance", instance);
        using var reader = command.ExecuteReader();
        var keys = new List<string?>();
        while (reader.Read()) keys.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
        return keys;
    }

    /// <summary>
    /// Nothing is left but what the manifest explains: on each vault the roots of backups and the revisions are pinned, staging is empty, nobody holds the lock, and no answer was recorded twice.
    /// </summary>
    public async Task ShouldBeTidy(int backups, params IReadOnlyList<string> instances)
    {
        var settings = new SettingsSource(Settings, new Dictionary<string, string>(), _directory.FullName, new DiskFiles());
        using var engine = new BackupEngine(BackupOptions.Load(settings, OptionsScope.Backup),
            new(TimeProvider.System, new SystemRandomSource(), new DiskFiles(), new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
        var state = await engine.Manifest.Load(CancellationToken.None);
        state.Backups.Count().ShouldBe(backups);
        state.Backups.ShouldAllBe(b => !b.IsDegraded);
        foreach (var node in engine.Nodes)
        {
            var pins = new List<PinnedRoot>();
            await foreach (var pin in node.Pins(CancellationToken.None)) pins.Add(pin);
            pins.Where(p => p.Name.EndsWith("/backup", StringComparison.Ordinal)).Select(p => p.Root.ToString()).Order().ShouldBe(state.Backups.Select(b => b.Root.ToString()).Order());
            pins.Count(p => p.Name.EndsWith("/manifest", StringComparison.Ordinal)).ShouldBe((int)state.Revision);
            pins.Count.ShouldBe(backups + (int)state.Revision, string.Join(", ", pins));
        }
        (Directory.Exists(Staging) ? Directory.GetFiles(Staging, "*", SearchOption.AllDirectories) : []).ShouldBeEmpty();
        (await engine.Catalog.ReadLocks(CancellationToken.None)).Holders.ShouldBeEmpty();
        foreach (var instance in instances) History(instance).OfType<string>().ShouldBeUnique();
    }

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _directory.Delete(recursive: true);
    }

    private int? _unread;

    private async Task Restart() => _process = await ServeProcess.Start(_directory.FullName, Settings);

    private static JsonElement Completed(JsonElement ended)
    {
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        return ended.GetProperty("output");
    }

    private async Task<JsonElement> Ended(string instance)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var process = _process!;
        while (!process.Broken.IsCompleted)
        {
            using var response = await process.Http.GetAsync(new Uri($"{Routes.Instances}/{instance}", UriKind.Relative), patience.Token);
            if (response.StatusCode == HttpStatusCode.OK) return await response.Json();
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
        // the process is about to be killed: there is no end to wait for
        return default;
    }

    // the process that holds the journal may be running: SQLite lets another one in between its transactions
    private void LetIn(string instance, int? steps)
    {
        using var journal = Open();
        using var command = journal.CreateCommand();
        command.CommandText = "DROP TRIGGER IF EXISTS no_more";
        command.ExecuteNonQuery();
        if (steps is null) return;
#pragma warning disable CA2100 // a name and a number of this test
        command.CommandText = $"CREATE TRIGGER no_more BEFORE INSERT ON history WHEN NEW.instance = '{instance}' AND NEW.seq > {steps} BEGIN SELECT RAISE(ABORT, 'no more steps'); END";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Journal, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private bool AllUnitsAreSealed(string instance)
    {
        using var journal = Open();
        using var command = journal.CreateCommand();
        command.CommandText = "SELECT json_extract(value, '$.units') FROM history WHERE instance = @instance AND key = 'plan' AND name = 'Plan' AND type = 'TaskCompleted'";
        command.Parameters.AddWithValue("@instance", instance);
        return command.ExecuteScalar() is long units
            && (!Directory.Exists(Staging) || Directory.GetFiles(Staging, "unit-*.record", SearchOption.AllDirectories) is { Length: var found } && (found == units || found == 0 && Directory.GetFiles(Staging, "plan.record", SearchOption.AllDirectories).Length == 0));
    }

    private byte[] Document(long ordinal)
    {
        Interlocked.Increment(ref _reads);
        return new BsonDocument { { "_id", ordinal }, { "noise", Noise } }.ToBson();
    }
}
