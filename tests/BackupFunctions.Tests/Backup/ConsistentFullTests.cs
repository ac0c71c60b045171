using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Backup;

/// <summary>What is written while a full backup reads does not tear it.</summary>
public sealed class ConsistentFullTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server) { RangeBytes = 20_000 };

    private IMongoDatabase Database => server.Connection.Client.GetDatabase(_rig.Database);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Parallel_readers_share_one_cluster_time()
    {
        await Prepare(capped: false);
        _rig.Before = DuringTheDump(Transfer);
        var backup = (await _rig.BackUp()).Backup;
        using var opened = await _rig.Open(backup.Root);
        (opened.Index.Snapshot, opened.Index.Oplog!.Through.Optime > opened.Index.Snapshot).ShouldBe((backup.ConsistentAt, true));

        await _rig.Drop();
        var restored = await _rig.Restore(backup.Root);
        restored.Differences.ShouldBeEmpty();
        (await Sums()).ShouldBe([1_000]);
    }

    [Fact]
    public async Task Members_are_read_as_of_no_moment_before_the_oplog_of_the_backup_begins()
    {
        await Prepare(capped: false);
        using var over = new CancellationTokenSource();
        var writes = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested) await Transfer(BackupRig.Cancellation);
        });
        var plan = await _rig.Context(BackupRig.Cancellation).Call(BackupActivities.Plan, "plan", new PlanInput(BackupId.At(DateTimeOffset.UnixEpoch, Guid.Empty), DateTimeOffset.UnixEpoch));
        await over.CancelAsync();
        await writes;
        (plan.StartOptime >= plan.OplogStart.ShouldNotBeNull().Optime).ShouldBeTrue($"{plan.StartOptime}, {plan.OplogStart}");
    }

    [Fact]
    public async Task Documents_that_were_read_at_different_moments_are_made_one_by_the_oplog()
    {
        await Prepare(capped: true);
        _rig.Before = DuringTheDump(Transfer);
        var backup = (await _rig.BackUp()).Backup;
        using var opened = await _rig.Open(backup.Root);
        (opened.Index.Snapshot, backup.ConsistentAt).ShouldBe((null, opened.Index.Oplog!.Through.Optime));

        await _rig.Drop();
        var restored = await _rig.Restore(backup.Root);
        restored.Replay.ShouldNotBeNull().Applied.ShouldBeGreaterThan(0);
        (await Sums()).ShouldBe([1_000]);
    }

    [Fact]
    public async Task A_snapshot_that_is_lost_in_the_middle_falls_back_to_the_oplog()
    {
        await Prepare(capped: false);
        // another index after the snapshot: the collection can not be read as of it any more
        var spoilt = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name != "DumpAndEncrypt") return;
            await Transfer(token);
            if (Interlocked.Increment(ref spoilt) == 2) await Database.GetCollection<BsonDocument>("accounts").Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("n", 1)), cancellationToken: token);
        };
        var backup = (await _rig.BackUp(width: 1)).Backup;
        using var opened = await _rig.Open(backup.Root);
        (opened.Index.Snapshot, backup.ConsistentAt).ShouldBe((null, opened.Index.Oplog!.Through.Optime));

        await _rig.Drop();
        await _rig.Restore(backup.Root);
        (await Sums()).ShouldBe([1_000]);
        (await (await Database.GetCollection<BsonDocument>("accounts").Indexes.ListAsync(BackupRig.Cancellation)).ToListAsync(BackupRig.Cancellation)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_rename_inside_a_fuzzy_dump_window_fails_the_dump_and_retries_it()
    {
        await Prepare(capped: true);
        var renamed = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name == "DumpAndEncrypt" && Interlocked.Exchange(ref renamed, 1) == 0) await Database.RenameCollectionAsync("accounts", "ledgers", cancellationToken: token);
        };
        var backup = (await _rig.BackUp()).Backup;
        backup.Namespaces.ShouldContain($"{_rig.Database}.ledgers");
        _rig.StagedFiles.ShouldBeEmpty();
        await _rig.Drop();
        (await _rig.Restore(backup.Root)).Documents.ShouldBe(101);
    }

    [Fact]
    public async Task Renames_that_never_stop_end_the_backup_and_nothing_stays_staged()
    {
        await Prepare(capped: true);
        var number = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name != "DumpAndEncrypt") return;
            var n = Interlocked.Increment(ref number);
            await Database.RenameCollectionAsync($"moved{n - 1}", $"moved{n}", cancellationToken: token);
        };
        await Database.CreateCollectionAsync("moved0", cancellationToken: BackupRig.Cancellation);
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp(width: 1));
        error.Message.ShouldContain("during each of 3 attempts something was in the way, during the last a collection was renamed");
        _rig.StagedFiles.ShouldBeEmpty();
        _rig.Alerts.Events.ShouldBe("backup.failed:Error");
    }

    [Fact]
    public async Task A_collection_that_is_made_anew_and_takes_the_place_of_another_is_whole_whenever_it_was_read()
    {
        await Prepare(capped: true);
        var units = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name != "DumpAndEncrypt") return;
            // as $out and convertToCapped do it, in one part of the oplog and over two; each time all amounts are one higher
            var made = $"tmp.agg_out.{Interlocked.Increment(ref units)}";
            var accounts = await Database.GetCollection<BsonDocument>("accounts").Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(token);
            await Database.CreateCollectionAsync(made, cancellationToken: token);
            if (units == 2) await TickUntilCaptured(1, token);
            await Database.GetCollection<BsonDocument>(made).InsertManyAsync(accounts.Select(a => a.Set("amount", a["amount"].ToInt32() + 1)), cancellationToken: token);
            await Database.RenameCollectionAsync(made, "accounts", new() { DropTarget = true }, token);
        };
        var backup = (await _rig.BackUp(width: 1)).Backup;
        _rig.Alerts.Events.ShouldBe("backup.completed:Info");
        using (var opened = await _rig.Open(backup.Root)) opened.Index.Snapshot.ShouldBeNull();
        units.ShouldBeGreaterThan(2);
        await _rig.Drop();
        await _rig.Restore(backup.Root);
        (await Sums()).ShouldBe([1_000 + (100 * units)]);
        (await (await Database.ListCollectionNamesAsync(cancellationToken: BackupRig.Cancellation)).ToListAsync(BackupRig.Cancellation)).Order().ShouldBe(["accounts", "log"]);
    }

    [Fact]
    public async Task What_no_replay_can_pass_lets_a_full_backup_begin_anew_when_documents_are_not_of_one_moment()
    {
        await Prepare(capped: true);
        var changed = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name == "DumpAndEncrypt" && Interlocked.Exchange(ref changed, 1) == 0) await _rig.ChangeFeatureCompatibility();
        };
        var backup = (await _rig.BackUp()).Backup;
        _rig.StagedFiles.ShouldBeEmpty();
        (await _rig.Entries(backup.Root)).ShouldAllBe(e => e.Operation.Namespace != "admin.system.version");
        _rig.Before = null;
        await Transfer(BackupRig.Cancellation);
        var slice = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;
        slice.Oplog!.After.ShouldBe(backup.Oplog!.Through);
    }

    [Fact]
    public async Task Documents_of_one_moment_are_whole_whatever_was_done_behind_it()
    {
        await Prepare(capped: false);
        var plans = 0;
        var changed = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name == "Plan") plans++;
            if (name != "DumpAndEncrypt" || Interlocked.Exchange(ref changed, 1) == 1) return;
            await Transfer(token);
            await _rig.ChangeFeatureCompatibility();
        };
        var backup = (await _rig.BackUp()).Backup;
        using (var opened = await _rig.Open(backup.Root))
        {
            if (opened.Index.Snapshot is null) Assert.Skip("the server reads nothing as of one moment");
            (plans, opened.Index.Snapshot).ShouldBe((1, backup.ConsistentAt));
        }
        await _rig.Drop();
        await _rig.Restore(backup.Root);
        (await Sums()).ShouldBe([1_000]);
        _rig.Before = null;
        var next = await _rig.BackUpIncrement();
        next.Gaps.ShouldHaveSingleItem().After.ShouldBe(backup.Oplog!.Through);
        next.Full.ShouldNotBeNull();
    }

    [Fact]
    public async Task Nothing_more_is_read_for_a_backup_that_has_to_begin_anew()
    {
        await Prepare(capped: true);
        var dumps = new List<BackupId>();
        _rig.Before = async (name, input, token) =>
        {
            if (name != "DumpAndEncrypt") return;
            dumps.Add(((DumpInput)input).Backup);
            if (dumps.Count > 1) return;
            await Database.RenameCollectionAsync("accounts", "ledgers", cancellationToken: token);
            await TickUntilCaptured(1, token);
        };
        var backup = (await _rig.BackUp(width: 1)).Backup;
        dumps.Count(d => d != backup.Id).ShouldBeLessThan(dumps.Count(d => d == backup.Id));
    }

    [Fact]
    public async Task What_is_created_and_dropped_while_a_backup_reads_is_in_its_oplog()
    {
        await Prepare(capped: true);
        var done = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name != "DumpAndEncrypt" || Interlocked.Exchange(ref done, 1) == 1) return;
            await Database.GetCollection<BsonDocument>("new").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: token);
            await Database.DropCollectionAsync("accounts", token);
        };
        var backup = (await _rig.BackUp()).Backup;
        await _rig.Drop();
        await _rig.Restore(backup.Root);
        (await (await Database.ListCollectionNamesAsync(cancellationToken: BackupRig.Cancellation)).ToListAsync(BackupRig.Cancellation)).Order().ShouldBe(["log", "new"]);
    }

    [Fact]
    public async Task An_oplog_part_for_every_minute_of_a_dump_joins_to_one()
    {
        await Prepare(capped: true);
        var units = 0;
        _rig.Before = async (name, _, token) =>
        {
            if (name != "DumpAndEncrypt") return;
            await Transfer(token);
            // the capture waits by this clock
            if (Interlocked.Increment(ref units) <= 4) await TickUntilCaptured(units, token);
        };
        var backup = (await _rig.BackUp(width: 1)).Backup;
        var entries = await _rig.Entries(backup.Root);
        entries.Select(e => e.Optime).ShouldBe(entries.Select(e => e.Optime).Distinct().Order());
        await _rig.Drop();
        await _rig.Restore(backup.Root);
        (await Sums()).ShouldBe([1_000]);
    }

    private async Task TickUntilCaptured(int part, CancellationToken token)
    {
        for (var i = 0; i < 200 && !_rig.StagedFiles.Any(f => f.Contains($"oplog-{part - 1:D5}.record", StringComparison.Ordinal)); i++)
        {
            _rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, token);
        }
        _rig.StagedFiles.ShouldContain(f => f.Contains($"oplog-{part - 1:D5}.record", StringComparison.Ordinal));
    }

    // a hundred accounts with ten each, in several units
    private async Task Prepare(bool capped)
    {
        var accounts = Enumerable.Range(0, 100).Select(i => new BsonDocument { { "_id", i }, { "amount", 10 }, { "pad", new string('x', 2_000) } });
        await Database.GetCollection<BsonDocument>("accounts").InsertManyAsync(accounts, cancellationToken: BackupRig.Cancellation);
        if (!capped) return;
        await Database.CreateCollectionAsync("log", new CreateCollectionOptions { Capped = true, MaxSize = 1 << 20 }, BackupRig.Cancellation);
        await Database.GetCollection<BsonDocument>("log").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: BackupRig.Cancellation);
    }

    private static Func<string, object, CancellationToken, Task> DuringTheDump(Func<CancellationToken, Task> write) =>
        (name, _, token) => name == "DumpAndEncrypt" ? write(token) : Task.CompletedTask;

    // from the first account to the last: a torn backup has one half of it
    private async Task Transfer(CancellationToken token)
    {
        using var session = await server.Connection.Client.StartSessionAsync(cancellationToken: token);
        var accounts = Database.GetCollection<BsonDocument>("accounts");
        await session.WithTransactionAsync(async (s, ct) =>
        {
            await accounts.UpdateOneAsync(s, new BsonDocument("_id", 0), new BsonDocument("$inc", new BsonDocument("amount", -1)), cancellationToken: ct);
            await accounts.UpdateOneAsync(s, new BsonDocument("_id", 99), new BsonDocument("$inc", new BsonDocument("amount", 1)), cancellationToken: ct);
            return true;
        }, cancellationToken: token);
    }

    private async Task<IEnumerable<int>> Sums()
    {
        var documents = await Database.GetCollection<BsonDocument>("accounts").Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(BackupRig.Cancellation);
        return [documents.Sum(d => d["amount"].ToInt32())];
    }
}
