using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Restore;

/// <summary>A full backup and slices, restored to moments between them.</summary>
public sealed class PointInTimeRestoreTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);
    private readonly TemporaryDirectory _directory = new();

    private IMongoDatabase Database => server.Connection.Client.GetDatabase(_rig.Database);

    private IMongoCollection<BsonDocument> Orders => Database.GetCollection<BsonDocument>("orders");

    public void Dispose()
    {
        _rig.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Every_state_between_and_within_slices_comes_back()
    {
        var states = await MakeHistory();
        foreach (var (optime, state) in states)
        {
            var request = await _rig.Choose(new("latest", RestorePoint.At(optime), []));
            await _rig.Drop();
            var result = await _rig.Restore(request);
            (await State()).ShouldBe(state, $"as of {optime}");
            result.Replay.ShouldNotBeNull().Ended.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Backups_that_are_named_by_their_CIDs_need_no_manifest()
    {
        var states = await MakeHistory();
        var manifest = await _rig.Manifest.Load(BackupRig.Cancellation);
        var full = manifest.Backups.First(b => b.Type == BackupFunctions.Backup.BackupType.Full);
        var slices = manifest.Backups.Where(b => b.Type == BackupFunctions.Backup.BackupType.Incremental).Select(b => b.Root).ToList();
        slices.Count.ShouldBeGreaterThan(1);
        await _rig.Restore(await _rig.Choose(new(full.Root.ToString(), null, [.. slices.AsEnumerable().Reverse()]), useManifest: false));
        (await State()).ShouldBe(states[^1].State);

        // one of them left out is a hole, whatever is asked for
        var gap = await _rig.Choose(new(full.Root.ToString(), null, [slices[^1]]), useManifest: false);
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(gap))).Kind.ShouldBe(ErrorKind.OplogGap);
    }

    [Fact]
    public async Task An_incremental_backup_by_its_CID_means_its_end_and_the_manifest_finds_those_before_it()
    {
        var states = await MakeHistory();
        var last = (await _rig.Manifest.Load(BackupRig.Cancellation)).Latest(BackupFunctions.Backup.BackupType.Incremental)!;
        await _rig.Restore(await _rig.Choose(new("latest", null, [last.Root])));
        (await State()).ShouldBe(states[^1].State);
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(last.Root));
        (error.Kind, error.Hint!.Contains($"--incremental {last.Root}", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
        (await Should.ThrowAsync<BackupException>(() => _rig.Choose(new(last.Id.ToString(), null, [])))).Hint.ShouldBe(error.Hint);
    }

    [Fact]
    public async Task A_point_before_and_one_beyond_the_chain_are_refused_with_the_nearest()
    {
        var states = await MakeHistory();
        var tip = OplogTimeline.Of(await _rig.Manifest.Load(BackupRig.Cancellation)).Windows.ShouldHaveSingleItem();
        var beyond = await Should.ThrowAsync<BackupException>(() => _rig.Choose(new("latest", RestorePoint.At(new(tip.To.Seconds + 100, 1)), [])));
        (beyond.Kind, beyond.Message.Contains(tip.To.ToString(), StringComparison.Ordinal)).ShouldBe((ErrorKind.NotFound, true));
        var before = await Should.ThrowAsync<BackupException>(() => _rig.Choose(new("latest", RestorePoint.At(new(tip.From.Seconds - 100, 1)), [])));
        (before.Kind, before.Message.Contains(tip.From.ToString(), StringComparison.Ordinal)).ShouldBe((ErrorKind.NotFound, true));
    }

    [Fact]
    public async Task Filters_and_renames_hold_for_the_load_and_the_replay_and_leave_the_source_alone()
    {
        var states = await MakeHistory();
        var copy = server.NewDatabase();
        var request = await _rig.Choose(new("latest", RestorePoint.At(states[^1].Optime), [])) with
        {
            Include = [$"{_rig.Database}.orders"],
            Renames = [new($"{_rig.Database}.*", $"{copy}.*")],
        };
        await _rig.Restore(request);
        (await State()).ShouldBe(states[^1].State);
        var restored = server.Connection.Client.GetDatabase(copy);
        (await (await restored.ListCollectionNamesAsync(cancellationToken: BackupRig.Cancellation)).ToListAsync(BackupRig.Cancellation)).ShouldBe(["orders"]);
        (await Documents(restored, "orders")).ShouldBe(await Documents(Database, "orders"));
    }

    [Fact]
    public async Task A_collection_of_the_target_that_only_the_oplog_would_touch_is_not_touched_without_leave()
    {
        var states = await MakeHistory();
        var copy = server.Connection.Client.GetDatabase(server.NewDatabase());
        // no full backup holds it: the replay would create it, and drop what is there
        await copy.GetCollection<BsonDocument>("ledger").InsertOneAsync(new BsonDocument("_id", "mine"), cancellationToken: BackupRig.Cancellation);
        var request = await _rig.Choose(new("latest", RestorePoint.At(states[^1].Optime), [])) with
        {
            Drop = false,
            Renames = [new($"{_rig.Database}.*", $"{copy.DatabaseNamespace.DatabaseName}.*")],
        };
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(request));
        (error.Message.Contains("ledger: it exists already", StringComparison.Ordinal), error.Hint!.Contains("(`drop`, on the command line `--drop`)", StringComparison.Ordinal)).ShouldBe((true, true));
        (await Documents(copy, "ledger")).ShouldBe([Convert.ToHexString(new BsonDocument("_id", "mine").ToBson())]);
        (await _rig.State(request).FindAccounts(BackupRig.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_collection_that_only_the_oplog_would_touch_is_dropped_when_it_was_confirmed_and_else_not()
    {
        var states = await MakeHistory();
        var copy = server.Connection.Client.GetDatabase(server.NewDatabase());
        var name = copy.DatabaseNamespace.DatabaseName;
        await copy.GetCollection<BsonDocument>("ledger").InsertOneAsync(new BsonDocument("_id", "mine"), cancellationToken: BackupRig.Cancellation);
        var request = await _rig.Choose(new("latest", RestorePoint.At(states[^1].Optime), [])) with
        {
            Drop = true,
            Renames = [new($"{_rig.Database}.*", $"{name}.*")],
            MayDrop = [new(name, "orders")],
        };
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(request));
        error.Message.ShouldContain("ledger: it exists already");
        (await Documents(copy, "ledger")).ShouldBe([Convert.ToHexString(new BsonDocument("_id", "mine").ToBson())]);

        await _rig.State(request).Drop(BackupRig.Cancellation);
        await _rig.Restore(request with { MayDrop = [new(name, "orders"), new(name, "ledger")] });
        (await Documents(copy, "ledger")).ShouldBe(await Documents(Database, "ledger"));
    }

    [Fact]
    public async Task Temporary_collections_of_the_backup_and_of_the_oplog_come_back_as_ordinary_ones()
    {
        await MakeTemporary("loaded");
        await _rig.BackUp();
        await MakeTemporary("replayed");
        await _rig.BackUpIncrement();
        var request = await _rig.Choose(new("latest", RestorePoint.At((await _rig.NewestMark())!.Optime), []));
        await _rig.Drop();
        (await _rig.Restore(request with { Slices = [], Through = null })).Differences.ShouldNotBeNull().ShouldBeEmpty();
        await _rig.Restore(request);
        foreach (var name in new[] { "loaded", "replayed" })
        {
            var found = (await CollectionLister.Find(server.Connection, new(_rig.Database, name), BackupRig.Cancellation)).ShouldNotBeNull();
            (found.Options.ElementCount, (await Documents(Database, name)).Count).ShouldBe((0, 1));
        }

        // as the server itself does for $out: a client's create may not
        async Task MakeTemporary(string name)
        {
            var operation = new BsonDocument { { "op", "c" }, { "ns", $"{_rig.Database}.$cmd" }, { "o", new BsonDocument { { "create", name }, { "temp", true } } } };
            await server.Connection.Run("admin", new BsonDocument("applyOps", new BsonArray { operation }), BackupRig.Cancellation);
            await Database.GetCollection<BsonDocument>(name).InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: BackupRig.Cancellation);
        }
    }

    [Fact]
    public async Task A_slice_behind_a_stretch_of_nothing_continues_the_backup_before_it()
    {
        await Orders.InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: BackupRig.Cancellation);
        var full = (await _rig.BackUp()).Backup;
        await Elsewhere();
        (await _rig.BackUpIncrement()).Slices.ShouldBeEmpty();
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Coverage.ShouldNotBeEmpty();
        await Orders.InsertOneAsync(new BsonDocument("_id", 2), cancellationToken: BackupRig.Cancellation);
        var slice = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;
        slice.Oplog!.After.ShouldBe(full.Oplog!.Through);

        await _rig.Restore(await _rig.Choose(new(full.Root.ToString(), null, [slice.Root]), useManifest: false));
        (await Documents(Database, "orders")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_decrypted_chain_is_a_dump_with_one_oplog()
    {
        await MakeHistory();
        var manifest = await _rig.Manifest.Load(BackupRig.Cancellation);
        var backups = new List<OpenedBackup>();
        foreach (var entry in manifest.Backups) backups.Add(await _rig.Open(entry.Root));
        var written = await DumpExporter.Run(backups[0], backups[1..], _directory.File("dump"), new DiskFiles(), null, BackupRig.Cancellation);
        var assembler = new DocumentAssembler();
        var entries = assembler.Add(await File.ReadAllBytesAsync(_directory.File("dump/oplog.bson"), BackupRig.Cancellation)).Select(OplogEntry.Read).ToList();
        assembler.Finish();
        entries.Count.ShouldBe((int)written.OplogEntries);
        entries.Select(e => e.Optime).ShouldBe(entries.Select(e => e.Optime).Distinct().Order());
        entries[^1].Optime.ShouldBeLessThanOrEqualTo(manifest.Latest()!.Oplog!.Through.Optime);
        File.Exists(_directory.File($"dump/{_rig.Database}/orders.bson")).ShouldBeTrue();

        // in another order, or with one left out, it is no chain
        var error = await Should.ThrowAsync<BackupException>(() => DumpExporter.Run(backups[0], backups[2..], _directory.File("other"), new DiskFiles(), null, BackupRig.Cancellation));
        (error.Kind, Directory.Exists(_directory.File("other"))).ShouldBe((ErrorKind.OplogGap, false));
        foreach (var backup in backups) backup.Dispose();
    }

    // full, then writes of every kind with slices in between; the states as of some of the writes
    private async Task<List<(Optime Optime, string State)>> MakeHistory()
    {
        var token = BackupRig.Cancellation;
        var states = new List<(Optime, string)>();
        await Orders.InsertManyAsync(Enumerable.Range(0, 20).Select(i => new BsonDocument { { "_id", i }, { "n", 0 }, { "tags", new BsonArray { 1, 2, 3 } } }), cancellationToken: token);
        await Orders.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("n", 1)), cancellationToken: token);
        await _rig.BackUp();

        await Orders.UpdateManyAsync(new BsonDocument("_id", new BsonDocument("$lt", 5)), new BsonDocument { { "$set", new BsonDocument { { "tags.1", "x" }, { "sub.a", 1 } } }, { "$inc", new BsonDocument("n", 1) } }, cancellationToken: token);
        await Remember();
        await Orders.DeleteOneAsync(new BsonDocument("_id", 7), token);
        await Transaction(1);
        await Remember();
        await _rig.BackUpIncrement();

        await Orders.ReplaceOneAsync(new BsonDocument("_id", 3), new BsonDocument { { "_id", 3 }, { "whole", "new" } }, cancellationToken: token);
        await Database.CreateCollectionAsync("late", cancellationToken: token);
        await Database.GetCollection<BsonDocument>("late").InsertOneAsync(new BsonDocument("_id", "first"), cancellationToken: token);
        await Remember();
        await Orders.Indexes.DropOneAsync("n_1", token);
        await Orders.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("sub.a", -1), new() { Name = "by_sub", Sparse = true }), cancellationToken: token);
        await Database.RenameCollectionAsync("late", "later", cancellationToken: token);
        await Remember();
        await _rig.BackUpIncrement();

        await Transaction(2);
        await Database.DropCollectionAsync("later", token);
        await Remember();
        await _rig.BackUpIncrement();
        return states;

        async Task Remember() => states.Add(((await OplogPosition.Newest(server.Connection, token))!, await State()));
    }

    private async Task Transaction(int number)
    {
        using var session = await server.Connection.Client.StartSessionAsync(cancellationToken: BackupRig.Cancellation);
        await session.WithTransactionAsync(async (s, token) =>
        {
            await Orders.UpdateManyAsync(s, new BsonDocument("_id", new BsonDocument("$gte", 15)), new BsonDocument("$inc", new BsonDocument("n", 1)), cancellationToken: token);
            await Orders.InsertOneAsync(s, new BsonDocument { { "_id", $"t{number}" }, { "in", "transaction" } }, cancellationToken: token);
            await Database.GetCollection<BsonDocument>("ledger").InsertOneAsync(s, new BsonDocument { { "_id", number }, { "sum", 5 } }, cancellationToken: token);
            return true;
        }, cancellationToken: BackupRig.Cancellation);
    }

    // an entry that this rig's backups leave out
    private Task Elsewhere() => server.Connection.Client.GetDatabase(server.NewDatabase()).GetCollection<BsonDocument>("c").InsertOneAsync([], cancellationToken: BackupRig.Cancellation);

    // collections with their documents' bytes and their indexes
    private async Task<string> State()
    {
        var lines = new List<string>();
        foreach (var name in (await (await Database.ListCollectionNamesAsync(cancellationToken: BackupRig.Cancellation)).ToListAsync(BackupRig.Cancellation)).Order(StringComparer.Ordinal))
        {
            var indexes = await (await Database.GetCollection<BsonDocument>(name).Indexes.ListAsync(BackupRig.Cancellation)).ToListAsync(BackupRig.Cancellation);
            lines.Add($"{name} {string.Join(", ", indexes.Select(i => i.ToString()).Order(StringComparer.Ordinal))}");
            lines.AddRange(await Documents(Database, name));
        }
        return string.Join('\n', lines);
    }

    private static async Task<List<string>> Documents(IMongoDatabase database, string name)
    {
        var documents = await database.GetCollection<RawBsonDocument>(name).Find(FilterDefinition<RawBsonDocument>.Empty).Sort(new BsonDocument("_id", 1)).ToListAsync(BackupRig.Cancellation);
        return [.. documents.Select(d => Convert.ToHexString(d.ToBson()))];
    }
}
