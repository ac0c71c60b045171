using BackupFunctions.Ambient;
using BackupFunctions.Bson;
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

/// <summary>A user's time series through full and incremental backups, and back.</summary>
public sealed class TimeseriesRestoreTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private const string Series = "weather";

    private readonly BackupRig _rig = new(server) { RangeBytes = 20_000 };
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => BackupRig.Cancellation;

    private IMongoDatabase Database => server.Connection.Client.GetDatabase(_rig.Database);

    public void Dispose()
    {
        _rig.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_full_backup_gives_every_measurement_bucket_option_and_index_back()
    {
        await Create();
        await Measure(0, 400, sensors: 40);
        var (measurements, buckets, spec) = (await Measurements(), await Buckets(), await Spec());
        var backup = (await _rig.BackUp()).Backup;

        using var opened = await _rig.Open(backup.Root);
        var indexed = opened.Index.Collections.ShouldHaveSingleItem();
        (indexed.Name, indexed.Type, indexed.Order, indexed.Documents).ShouldBe((Series, CollectionType.Timeseries, CollectionReadOrder.ById, buckets.Count));
        indexed.Uuid.ShouldBeNull();
        indexed.Files.Count.ShouldBeGreaterThan(1); // it was split

        await _rig.Drop();
        var result = await _rig.Restore(backup.Root);
        result.Differences.ShouldNotBeNull().ShouldBeEmpty();
        (await Measurements()).ShouldBe(measurements);
        (await Buckets()).ShouldBe(buckets);
        SpecComparer.Compare(spec, await Spec()).ShouldBeEmpty();
        (await Spec()).Options.Contains("expireAfterSeconds").ShouldBeTrue();

        // a changed bucket is found by its bytes
        await Database.GetCollection<BsonDocument>($"system.buckets.{Series}").DeleteOneAsync(new BsonDocument("_id", buckets[0]["_id"]), Cancellation);
        (await CollectionComparison.Run(server.Connection, indexed, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, Cancellation)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Every_moment_of_the_chain_comes_back()
    {
        var states = await MakeHistory();
        await using var pause = await TtlMonitorPause.Begin(server.Connection, Cancellation);
        foreach (var (optime, state) in states)
        {
            await _rig.Drop();
            var result = await _rig.Restore(await _rig.Choose(new("latest", RestorePoint.At(optime), [])));
            (await State()).ShouldBe(state, $"as of {optime}");
            if (pause.IsActive) result.Warnings.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Names_choose_and_rename_a_time_series_with_its_buckets_in_load_and_replay()
    {
        var states = await MakeHistory();
        var copy = server.Connection.Client.GetDatabase(server.NewDatabase());
        var request = await _rig.Choose(new("latest", RestorePoint.At(states[^1].Optime), [])) with
        {
            Include = [$"{_rig.Database}.{Series}"],
            Renames = [new($"{_rig.Database}.*", $"{copy.DatabaseNamespace.DatabaseName}.old_*")],
        };
        await _rig.Restore(request);
        (await Names(copy)).ShouldBe([$"old_{Series}"]);
        (await Raw(copy, $"system.buckets.old_{Series}")).ShouldBe(await Raw(Database, $"system.buckets.{Series}"));
        (await State()).ShouldBe(states[^1].State);

        var without = await _rig.Choose(new("latest", RestorePoint.At(states[^1].Optime), [])) with { Exclude = [$"{_rig.Database}.{Series}"] };
        await _rig.Drop();
        await _rig.Restore(without);
        (await Names(Database)).ShouldBe(["later"]);
    }

    [Fact]
    public async Task A_time_series_that_is_on_the_target_is_not_touched_without_leave()
    {
        await Create();
        await Measure(0, 5, sensors: 2);
        var root = (await _rig.BackUp()).Backup.Root;
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(root));
        (error.Message.Contains($"{_rig.Database}.{Series} exist already", StringComparison.Ordinal), error.Hint!.Contains("(`drop`, on the command line `--drop`)", StringComparison.Ordinal)).ShouldBe((true, true));
        var before = await Buckets();
        await Measure(5, 20, sensors: 2);
        (await _rig.Restore(root, drop: true)).Differences.ShouldNotBeNull().ShouldBeEmpty();
        (await Buckets()).ShouldBe(before);
    }

    [Fact]
    public async Task A_decrypted_time_series_is_a_dump_as_mongodump_lays_it_out_and_restores_as_one()
    {
        await Create();
        await Measure(0, 50, sensors: 3);
        var (buckets, spec) = (await Raw(Database, $"system.buckets.{Series}"), await Spec());
        using var opened = await _rig.Open((await _rig.BackUp()).Backup.Root);
        await DumpExporter.Run(opened, [], _directory.File("dump"), new DiskFiles(), null, Cancellation);
        Directory.GetFiles(_directory.File($"dump/{_rig.Database}")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe([$"system.buckets.{Series}.bson", $"{Series}.metadata.json"]);
        var metadata = BsonDocument.Parse(await File.ReadAllTextAsync(_directory.File($"dump/{_rig.Database}/{Series}.metadata.json"), Cancellation));
        (metadata["type"].AsString, metadata["collectionName"].AsString, metadata["options"]["timeseries"]["timeField"].AsString, metadata.Contains("uuid")).ShouldBe(("timeseries", Series, "at", false));

        await _rig.Drop();
        var dump = BackupFunctions.MongoDump.DumpReader.Open(_directory.File("dump"), new DiskFiles());
        var summary = await new DumpRestorer(server.Connection, NamespaceFilter.Everything(), drop: false).Run(await dump, null, Cancellation);
        summary.Warnings.ShouldHaveSingleItem().ShouldContain("an oplog is not replayed");
        summary.Collections.ShouldHaveSingleItem().Documents.ShouldBe(buckets.Count);
        (await Raw(Database, $"system.buckets.{Series}")).ShouldBe(buckets);
        SpecComparer.Compare(spec, await Spec()).ShouldBeEmpty();
    }

    // measurements before the full backup, between and after it; an index and a granularity that change, a second series that comes and goes
    private async Task<List<(Optime Optime, string State)>> MakeHistory()
    {
        var states = new List<(Optime, string)>();
        await Create();
        await Measure(0, 60, sensors: 3);
        await _rig.BackUp();

        await Measure(60, 40, sensors: 4);
        await Remember();
        await Database.GetCollection<BsonDocument>(Series).Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("value", -1), new() { Name = "by_value" }), cancellationToken: Cancellation);
        await Remember();
        await _rig.BackUpIncrement();

        await Run("{collMod: 'weather', timeseries: {granularity: 'minutes'}}");
        await Run("{create: 'later', timeseries: {timeField: 'at'}}");
        await Database.GetCollection<BsonDocument>("later").InsertOneAsync(Measurement(7, 0), cancellationToken: Cancellation);
        await Measure(100, 30, sensors: 3);
        await Remember();
        await Database.DropCollectionAsync(Series, Cancellation);
        await Remember();
        await Create();
        await Measure(0, 10, sensors: 1);
        await Remember();
        await _rig.BackUpIncrement();
        return states;

        async Task Remember() => states.Add(((await OplogPosition.Newest(server.Connection, Cancellation))!, await State()));
    }

    private Task<BsonDocument> Create() => Run("{create: 'weather', timeseries: {timeField: 'at', metaField: 'sensor'}, expireAfterSeconds: {$numberLong: '2000000000'}}");

    private Task<BsonDocument> Run(string command) => Database.RunCommandAsync<BsonDocument>(BsonDocument.Parse(command), cancellationToken: Cancellation);

    private Task Measure(int from, int count, int sensors) =>
        Database.GetCollection<BsonDocument>(Series).InsertManyAsync(Enumerable.Range(from, count).Select(i => Measurement(i, i % sensors)), cancellationToken: Cancellation);

    private static BsonDocument Measurement(int number, int sensor) => new()
    {
        { "_id", number }, { "at", new DateTime(2026, 1, 2, 3, 0, 0, DateTimeKind.Utc).AddSeconds(number * 20) }, { "sensor", new BsonDocument("id", sensor) },
        { "value", number * 1.5 }, { "note", new string((char)('a' + (number % 26)), 200) },
    };

    private async Task<List<BsonDocument>> Measurements() => await Database.GetCollection<BsonDocument>(Series).Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(Cancellation);

    private async Task<List<BsonDocument>> Buckets() =>
        await Database.GetCollection<BsonDocument>($"system.buckets.{Series}").Find(FilterDefinition<BsonDocument>.Empty).Sort(new BsonDocument("_id", 1)).ToListAsync(Cancellation);

    private async Task<CollectionSpec> Spec() => (await CollectionLister.Find(server.Connection, new(_rig.Database, Series), Cancellation)).ShouldNotBeNull();

    private static async Task<List<string>> Raw(IMongoDatabase database, string name)
    {
        var found = await database.GetCollection<RawBsonDocument>(name).Find(FilterDefinition<RawBsonDocument>.Empty).Sort(new BsonDocument("_id", 1)).ToListAsync(Cancellation);
        return [.. found.Select(d => Convert.ToHexString(d.Bytes().Span))];
    }

    private static async Task<List<string>> Names(IMongoDatabase database) =>
        [.. (await (await database.ListCollectionNamesAsync(cancellationToken: Cancellation)).ToListAsync(Cancellation)).Where(n => !n.StartsWith("system.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    // time series with their options, indexes and the bytes of their buckets
    private async Task<string> State()
    {
        var lines = new List<string>();
        foreach (var name in await Names(Database))
        {
            var spec = (await CollectionLister.Find(server.Connection, new(_rig.Database, name), Cancellation)).ShouldNotBeNull();
            lines.Add($"{name} {spec.Type} {spec.Options} {string.Join(", ", spec.Indexes.Select(i => i.ToString()).Order(StringComparer.Ordinal))}");
            lines.AddRange(await Raw(Database, $"system.buckets.{name}"));
        }
        return string.Join('\n', lines);
    }
}
