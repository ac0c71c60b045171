using BackupFunctions.Backup;
using BackupFunctions.Bson;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Workflows;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Workflows;

public sealed class IncrementalBackupTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Without_a_full_backup_one_is_made_and_carries_the_oplog_behind_its_start()
    {
        await _rig.Fill("things", 0, 50);
        _rig.Before = async (name, _, _) =>
        {
            if (name == "DumpAndEncrypt") await _rig.Fill("things", 50, 10);
        };
        var result = await _rig.BackUpIncrement();
        result.Slices.ShouldBeEmpty();
        result.Gaps.ShouldBeEmpty();
        var full = result.Full.ShouldNotBeNull().Backup;
        full.Oplog.ShouldNotBeNull().Entries.ShouldBe(10);
        (result.Covered, full.ConsistentAt <= full.Oplog.Through.Optime).ShouldBe((full.Oplog.Through, true));
        (await _rig.Entries(full.Root)).Select(e => Id(e)).ShouldBe(Enumerable.Range(50, 10));
        (await Timeline()).Windows.ShouldHaveSingleItem().From.ShouldBe(full.ConsistentAt);
    }

    [Fact]
    public async Task Slices_join_and_hold_the_entries_as_the_server_has_them()
    {
        await _rig.Fill("things", 0, 20);
        var full = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 20, 30);
        await _rig.Collection("things").DeleteOneAsync(new BsonDocument("_id", 3));
        var first = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;
        await _rig.Collection("things").UpdateOneAsync(new BsonDocument("_id", 4), new BsonDocument("$set", new BsonDocument("x", 1)));
        var second = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;

        (first.Type, first.Oplog!.After, first.Documents).ShouldBe((BackupType.Incremental, full.Oplog!.Through, 31));
        (second.Oplog!.After, second.Oplog.Entries).ShouldBe((first.Oplog.Through, 1));
        first.Copies.Select(c => (c.Node, c.BlocksHashed == c.Blocks)).ShouldBe([("node 1", true), ("node 2", true)]);
        var read = (await _rig.Entries(first.Root)).Concat(await _rig.Entries(second.Root)).Select(e => Convert.ToHexString(e.Raw.Span));
        read.ShouldBe((await Oplog(full.Oplog.Through)).Select(e => Convert.ToHexString(e.Raw.Span)));
        var window = (await Timeline()).Windows.ShouldHaveSingleItem();
        (window.From, window.To).ShouldBe((full.ConsistentAt, second.Oplog.Through.Optime));
        window.Slices.Select(s => s.Id).ShouldBe([first.Id, second.Id]);
        _rig.StagedFiles.ShouldBeEmpty();
        _rig.Alerts.Events.ShouldBe("backup.completed:Info,backup.completed:Info,backup.completed:Info");
        using var opened = await _rig.Open(first.Root);
        (opened.Index.Type, opened.Index.Collections.Count, opened.Index.Oplog!.After).ShouldBe((BackupType.Incremental, 0, full.Oplog.Through));
    }

    [Fact]
    public async Task A_slice_over_hundreds_of_entries_and_one_of_16_MB_reads_back_identical()
    {
        await _rig.Fill("things", 0, 1);
        var full = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 1, 150);
        var large = new BsonDocument { { "_id", "large" }, { "data", new SeededRandomSource(5).Bytes((16 * 1024 * 1024) - 100) } };
        await _rig.Collection("things").InsertOneAsync(large);
        await _rig.Fill("things", 151, 150);
        var slice = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;
        slice.Oplog!.Entries.ShouldBe(301);
        slice.Bytes.ShouldBeGreaterThan(16 * 1024 * 1024);
        (await _rig.Entries(slice.Root)).Select(e => Hash256.Sha256(e.Raw.Span)).ShouldBe((await Oplog(full.Oplog!.Through)).Select(e => Hash256.Sha256(e.Raw.Span)));
    }

    [Fact]
    public async Task What_is_written_elsewhere_makes_no_slice_and_moves_what_is_covered_at_most_once_a_minute()
    {
        await _rig.Fill("things", 0, 5);
        var full = (await _rig.BackUp()).Backup;
        var catalogue = server.Connection.Client.GetDatabase(server.NewDatabase()).GetCollection<BsonDocument>("head");
        var through = new List<OplogMark>();
        for (var run = 0; run < 3; run++)
        {
            await catalogue.InsertOneAsync(new BsonDocument("run", run));
            var result = await _rig.BackUpIncrement();
            result.Slices.ShouldBeEmpty();
            through.Add(result.Covered!);
        }
        (await State()).Coverage.ShouldHaveSingleItem().Through.ShouldBe(through[^1]);
        var revision = (await State()).Revision;
        await catalogue.InsertOneAsync(new BsonDocument("run", 4));
        var again = await IncrementalBackupWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(2, long.MaxValue, TimeSpan.Zero));
        (again.Covered!.Optime > through[^1].Optime, (await State()).Revision).ShouldBe((true, revision));
        await catalogue.InsertManyAsync(Enumerable.Range(5, 20).Select(n => new BsonDocument("run", n)));
        var cut = await IncrementalBackupWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(2, 1_000, TimeSpan.Zero));
        (cut.Covered!.Optime > again.Covered.Optime, (await State()).Revision).ShouldBe((true, revision));

        // what comes then continues the backup before, and stands for what held nothing
        await _rig.Fill("things", 5, 1);
        var slice = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;
        (slice.Oplog!.After, slice.Oplog.Entries, (await State()).Coverage.Count).ShouldBe((full.Oplog!.Through, 1, 0));
        (await Timeline()).Windows.ShouldHaveSingleItem().To.ShouldBe(slice.Oplog.Through.Optime);
        _rig.StagedFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_limit_of_bytes_makes_several_slices_that_join()
    {
        await _rig.Fill("things", 0, 1);
        await _rig.BackUp();
        await _rig.Fill("things", 1, 20);
        var slices = (await _rig.BackUpIncrement(maxBytes: 10_000)).Slices;
        slices.Count.ShouldBe(4);
        slices.Sum(s => s.Backup.Oplog!.Entries).ShouldBe(20);
        foreach (var (slice, next) in slices.Zip(slices.Skip(1))) next.Backup.Oplog!.After.ShouldBe(slice.Backup.Oplog!.Through);
    }

    [Fact]
    public async Task An_overlap_that_rolled_over_is_recorded_and_told_and_a_full_backup_is_made()
    {
        var slice = await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        var newest = await OplogPosition.NewestMark(server.Connection, BackupRig.Cancellation);
        _rig.Oplog = source => new AlteredOplog(source, m => m.Optime < newest!.Optime, newest!.Optime);
        var result = await _rig.BackUpIncrement();
        result.Slices.ShouldBeEmpty();
        result.Full.ShouldNotBeNull().Backup.Oplog.ShouldNotBeNull();
        var state = await State();
        state.Gaps[0].ShouldSatisfyAllConditions(g => g.After.ShouldBe(slice.Oplog!.Through), g => g.Reason.ShouldBe(OplogGapReason.RolledOver));
        state.Gaps[^1].Resumes.ShouldBeNull();
        _rig.Alerts.Events.ShouldContain("oplog.gap:Error");
        _rig.Alerts.Events.ShouldEndWith("backup.completed:Info");
        var timeline = await Timeline();
        timeline.Windows.Count.ShouldBe(2);
        timeline.Gaps.ShouldHaveSingleItem().Reason.ShouldBe(OplogGapReason.RolledOver);

        // told once; the new chain goes on
        _rig.Oplog = source => source;
        await _rig.Fill("things", 200, 5);
        var next = await _rig.BackUpIncrement();
        (next.Gaps.Count, next.Slices.Count, next.Full).ShouldBe((0, 1, null));
    }

    [Fact]
    public async Task A_slice_ends_before_what_no_replay_can_pass_and_a_full_backup_is_made()
    {
        var slice = await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        await _rig.ChangeFeatureCompatibility();
        await _rig.Fill("things", 200, 5);
        var result = await _rig.BackUpIncrement();
        var before = result.Slices.ShouldHaveSingleItem().Backup.Oplog!;
        (before.After, before.Entries).ShouldBe((slice.Oplog!.Through, 5));
        var gap = result.Gaps.ShouldHaveSingleItem();
        (gap.After, gap.Resumes, gap.Reason).ShouldBe((before.Through, null, OplogGapReason.NotReplayable));
        _rig.Alerts.All.ShouldContain(a => a.Event == "oplog.gap" && a.Message.Contains("the feature compatibility version was changed", StringComparison.Ordinal));

        var full = result.Full.ShouldNotBeNull().Backup;
        var timeline = await Timeline();
        timeline.Windows.Select(w => w.To).ShouldBe([before.Through.Optime, full.ConsistentAt!]);
        timeline.Gaps.ShouldHaveSingleItem().Reason.ShouldBe(OplogGapReason.NotReplayable);

        await _rig.Fill("things", 300, 5);
        var next = await _rig.BackUpIncrement();
        (next.Gaps.Count, next.Slices.ShouldHaveSingleItem().Backup.Oplog!.After, next.Full).ShouldBe((0, full.Oplog!.Through, null));
    }

    [Fact]
    public async Task The_gap_before_what_no_replay_can_pass_begins_where_what_is_recorded_ends()
    {
        var slice = await FullAndSlice();
        var elsewhere = server.Connection.Client.GetDatabase(server.NewDatabase()).GetCollection<BsonDocument>("head");
        await elsewhere.InsertOneAsync(new BsonDocument());
        (await _rig.BackUpIncrement()).Slices.ShouldBeEmpty();
        // too soon to record once more that nothing was written
        await elsewhere.InsertOneAsync(new BsonDocument());
        await _rig.ChangeFeatureCompatibility();
        await IncrementalBackupWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(2, long.MaxValue, TimeSpan.Zero));
        var state = await State();
        state.Gaps.ShouldHaveSingleItem().After.ShouldBe(state.Coverage[^1].Through);
        (await Timeline()).Windows[0].To.ShouldBe(state.Gaps[0].After.Optime);
        (await _rig.BackUpIncrement()).Gaps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_collection_that_is_renamed_into_the_selection_takes_a_new_full_backup()
    {
        await _rig.Fill("things", 0, 5);
        await _rig.Fill("left.out.new", 0, 1);
        await _rig.BackUp();
        await _rig.Collection("things").Database.RenameCollectionAsync("left.out.new", "new");
        var result = await _rig.BackUpIncrement();
        result.Gaps.ShouldHaveSingleItem().Reason.ShouldBe(OplogGapReason.NotReplayable);
        await _rig.Drop();
        (await _rig.Restore(result.Full.ShouldNotBeNull().Backup.Root)).Documents.ShouldBe(6);
    }

    [Fact]
    public async Task While_no_full_backup_follows_what_no_replay_can_pass_nothing_before_it_is_read_again()
    {
        await FullAndSlice();
        await _rig.ChangeFeatureCompatibility();
        _rig.Before = (name, _, _) => name == "DumpAndEncrypt" ? throw new BackupException(ErrorKind.Failed, "the connection broke") : Task.CompletedTask;
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUpIncrement());
        (await State()).Gaps.ShouldHaveSingleItem();
        _rig.Before = null;
        var again = await _rig.BackUpIncrement();
        (again.Gaps.Count, again.Slices.Count, again.Full is null).ShouldBe((0, 0, false));
    }

    [Fact]
    public async Task A_full_backup_behind_what_no_replay_can_pass_goes_on_by_itself()
    {
        var slice = await FullAndSlice();
        await _rig.ChangeFeatureCompatibility();
        var full = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 100, 5);
        var result = await _rig.BackUpIncrement();
        var gap = result.Gaps.ShouldHaveSingleItem();
        (gap.After, gap.Resumes).ShouldBe((slice.Oplog!.Through, full.Oplog!.Through));
        (result.Slices.ShouldHaveSingleItem().Backup.Oplog!.After, result.Full).ShouldBe((full.Oplog.Through, null));
    }

    [Fact]
    public async Task A_slice_whose_end_was_rolled_back_is_passed_over_and_the_chain_goes_on_at_the_full_backup()
    {
        var slice = await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        _rig.Oplog = source => new AlteredOplog(source, m => m == slice.Oplog!.Through);
        var result = await _rig.BackUpIncrement();
        var gap = result.Gaps.ShouldHaveSingleItem();
        (gap.After, gap.Resumes, gap.Reason).ShouldBe((slice.Oplog!.Through, slice.Oplog.After, OplogGapReason.RolledBack));
        result.Full.ShouldBeNull();
        var again = result.Slices.ShouldHaveSingleItem().Backup;
        (again.Oplog!.After, again.Oplog.Entries).ShouldBe((slice.Oplog.After, 14)); // of the 10 and 5 one was taken away
        (await Timeline()).Windows.ShouldHaveSingleItem().Slices.Select(s => s.Id).ShouldBe([again.Id]);
    }

    [Fact]
    public async Task A_full_backup_between_two_slices_leaves_no_gap()
    {
        var slice = await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        var full = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 200, 5);
        var result = await _rig.BackUpIncrement();
        result.Slices.Select(s => (s.Backup.Oplog!.After, s.Backup.Oplog.Entries)).ShouldBe([(slice.Oplog!.Through, 5), (full.Oplog!.Through, 5)]);
        (await Timeline()).Windows.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Several_full_backups_between_two_slices_leave_no_gap()
    {
        var slice = await FullAndSlice();
        var fulls = new List<BackupEntry>();
        for (var from = 100; from < 400; from += 100)
        {
            await _rig.Fill("things", from, 5);
            fulls.Add((await _rig.BackUp()).Backup);
        }
        await _rig.Fill("things", 400, 5);
        var result = await _rig.BackUpIncrement();
        result.Slices.Select(s => (s.Backup.Oplog!.After, s.Backup.Oplog.Entries)).ShouldBe([(slice.Oplog!.Through, 5), .. fulls.Select(f => (f.Oplog!.Through, 5L))]);
        (await Timeline()).Windows.ShouldHaveSingleItem();
        // a point between two of them
        var between = await _rig.Choose(new("latest", RestorePoint.At(fulls[0].Oplog!.Through.Optime), []));
        await _rig.Restore(between);
        (await server.Connection.Client.GetDatabase(_rig.Database).GetCollection<BsonDocument>("things").CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty)).ShouldBe(20);
    }

    [Fact]
    public async Task A_chain_of_slices_that_cannot_be_gone_on_with_is_told_also_behind_several_full_backups()
    {
        var slice = await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        await _rig.BackUp();
        await _rig.Fill("things", 200, 5);
        var second = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 300, 5);
        _rig.Oplog = source => new AlteredOplog(source, m => m.Optime < second.Oplog!.Through.Optime, second.Oplog!.Through.Optime);
        var result = await _rig.BackUpIncrement();
        result.Gaps.ShouldHaveSingleItem().After.ShouldBe(slice.Oplog!.Through);
        _rig.Alerts.Events.ShouldContain("oplog.gap:Error");
        (result.Full, result.Slices.ShouldHaveSingleItem().Backup.Oplog!.After).ShouldBe((null, second.Oplog!.Through));
    }

    [Fact]
    public async Task What_lies_between_earlier_full_backups_is_left_out_without_an_alert_where_the_oplog_has_gone_on()
    {
        await _rig.Fill("things", 0, 5);
        var first = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 100, 5);
        var second = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 200, 5);
        _rig.Oplog = source => new AlteredOplog(source, m => m.Optime <= first.Oplog!.Through.Optime, second.Oplog!.Through.Optime);
        var result = await _rig.BackUpIncrement();
        (result.Gaps.Count, result.Full).ShouldBe((0, null));
        result.Slices.ShouldHaveSingleItem().Backup.Oplog!.After.ShouldBe(second.Oplog!.Through);
        _rig.Alerts.Events.ShouldNotContain("oplog.gap");
        (await Timeline()).Windows.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("PlanIncremental")]
    [InlineData("CaptureOplog")]
    [InlineData("Assemble")]
    [InlineData("UploadToNode")]
    [InlineData("VerifyNode")]
    [InlineData("UpdateManifest")]
    public async Task A_stopped_incremental_backup_records_nothing_and_the_next_one_goes_on_where_the_last_ended(string at)
    {
        var slice = await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        var revision = (await State()).Revision;
        using var stop = new CancellationTokenSource();
        _rig.Before = async (name, _, token) =>
        {
            if (name != at) return;
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        await Should.ThrowAsync<OperationCanceledException>(() => _rig.BackUpIncrement(cancellationToken: stop.Token));
        (await State()).Revision.ShouldBe(revision);
        _rig.Before = null;
        var next = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;
        (next.Oplog!.After, next.Oplog.Entries).ShouldBe((slice.Oplog!.Through, 5));
    }

    [Fact]
    public async Task With_no_node_left_a_slice_waits_in_staging_and_the_next_run_stores_it()
    {
        var slice = await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.Import;
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUpIncrement())).Message.ShouldContain("node 1");
        _rig.StagedFiles.ShouldNotBeEmpty();
        _rig.Alerts.Events.ShouldEndWith("backup.failed:Error");
        _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.None;
        (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup.Oplog!.After.ShouldBe(slice.Oplog!.Through);
        _rig.StagedFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slice_on_one_node_is_degraded_and_continues_the_chain()
    {
        await FullAndSlice();
        await _rig.Fill("things", 100, 5);
        _rig.Before = (name, _, _) =>
        {
            if (name == "UploadToNode") _rig.Repository.Second.Refused = NodeCalls.Import;
            return Task.CompletedTask;
        };
        var slice = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem();
        slice.Backup.IsDegraded.ShouldBeTrue();
        _rig.Alerts.Events.ShouldEndWith("backup.degraded:Warning");
        (await Timeline()).Tips().Tips.Select(t => t.Covered).ShouldBe([slice.Backup.Oplog!.Through]);
    }

    [Fact]
    public async Task A_clock_that_jumps_decides_nothing()
    {
        await _rig.Fill("things", 0, 5);
        await _rig.BackUp();
        foreach (var days in new[] { 42, -45 })
        {
            _rig.Repository.Time.AdjustTime(_rig.Repository.Time.GetUtcNow().AddDays(days));
            await _rig.Fill("things", 100 + (1000 * Math.Abs(days)), 5);
            var result = await _rig.BackUpIncrement();
            (result.Slices.Count, result.Gaps.Count, result.Full).ShouldBe((1, 0, null));
        }
        (await Timeline()).Windows.ShouldHaveSingleItem().Slices.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_oplog_that_rolls_over_during_a_full_backup_fails_it()
    {
        await _rig.Fill("things", 0, 5);
        var start = await OplogPosition.NewestMark(server.Connection, BackupRig.Cancellation);
        _rig.Oplog = source => new AlteredOplog(source, m => m == start, new(uint.MaxValue, 1));
        _rig.Before = async (name, _, _) =>
        {
            if (name == "DumpAndEncrypt") await _rig.Fill("things", 5, 5);
        };
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp());
        error.Kind.ShouldBe(ErrorKind.OplogGap);
        _rig.StagedFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_that_is_not_known_fails_before_anything_is_done() =>
        (await Should.ThrowAsync<ActivityFailedException>(() => IncrementalBackupWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(2, 1, TimeSpan.Zero, Version: 7)))).Message.ShouldContain("version 7");

    [Fact]
    public void A_standalone_server_gets_an_error_that_says_what_to_do()
    {
        var error = OplogPosition.NoOplog(server.Connection);
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Hint.ShouldNotBeNull().ShouldContain("--replSet");
        error.Hint.ShouldContain("rs.initiate()");
    }

    private async Task<BackupEntry> FullAndSlice()
    {
        await _rig.Fill("things", 0, 5);
        await _rig.BackUp();
        await _rig.Fill("things", 5, 10);
        return (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;
    }

    private Task<ManifestState> State() => _rig.Manifest.Load(BackupRig.Cancellation);

    private async Task<OplogTimeline> Timeline() => OplogTimeline.Of(await State());

    // what the server has behind a mark
    private async Task<List<OplogEntry>> Oplog(OplogMark after) =>
        [.. (await ServerOplog.Collection(server.Connection, ReadPreference.Primary).Find(Builders<RawBsonDocument>.Filter.Gt("ts", after.Optime.ToTimestamp())).ToListAsync())
            .Select(e => OplogEntry.Read(e.Bytes())).Where(e => e.Operation.Database == _rig.Database)];

    private static int Id(OplogEntry entry) => new RawBsonDocument(entry.Operation.O.ToArray())["_id"].AsInt32;
}
