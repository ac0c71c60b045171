using System.Security.Cryptography;
using BackupFunctions.Bson;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo.Server;

public class MongoAgainstServerRoundTripTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly string _database = server.NewDatabase();
    private readonly CollectionWriter _writer = new(server.Connection, server.Topology);

    [Theory]
    [InlineData("{}", Bson.IdIndex, "{v: 2, key: {a: 1}, name: 'a_1', unique: true}", "{v: 2, key: {at: 1}, name: 'ttl', expireAfterSeconds: 3600}")]
    [InlineData("{capped: true, size: 1048576, max: 1000}", Bson.IdIndex)]
    [InlineData("{validator: {qty: {$gt: 100}}, validationLevel: 'strict', validationAction: 'error'}", Bson.IdIndex)]
    [InlineData("{clusteredIndex: {v: 2, key: {_id: 1}, name: 'mine', unique: true}}")]
    public async Task A_collection_written_from_its_description_is_described_the_same(string options, params string[] indexes)
    {
        var spec = Bson.Spec($"{_database}.c", options, indexes) with { Indexes = [.. indexes.Select(Bson.Raw)] };
        byte[][] documents = [.. Enumerable.Range(0, 50).Select(i => Bson.Bytes($"{{_id: {i}, a: {i}, b: 'x'}}"))];
        await Write(spec, documents);

        var first = (await CollectionLister.Find(server.Connection, spec.Namespace, Cancellation)).ShouldNotBeNull();
        first.Options.Bytes().ToArray().ShouldBe(spec.Options.Bytes().ToArray());
        first.Documents.ShouldBe(50);
        first.Bytes.ShouldBeGreaterThan(0);
        first.Uuid.ShouldNotBeNull();

        // and again from what the server said, under another name
        var copy = first with { Namespace = new Namespace(_database, "copy") };
        await Write(copy, documents);
        var second = (await CollectionLister.Find(server.Connection, copy.Namespace, Cancellation)).ShouldNotBeNull();
        SpecComparer.Compare(copy, second).ShouldBeEmpty();
        (await Read(second)).ShouldBe(documents);
    }

    [Fact]
    public async Task A_view_comes_back_with_its_pipeline()
    {
        await _writer.Create(Bson.Spec($"{_database}.c"), ExistingCollection.Refuse, Cancellation);
        var view = Bson.Spec($"{_database}.v", "{viewOn: 'c', pipeline: [{$project: {z: 1, a: 1}}]}") with { Type = CollectionType.View, Indexes = [] };
        await _writer.Create(view, ExistingCollection.Refuse, Cancellation);
        var found = (await CollectionLister.Find(server.Connection, view.Namespace, Cancellation)).ShouldNotBeNull();
        SpecComparer.Compare(view, found).ShouldBeEmpty();
    }

    [Fact]
    public async Task Documents_of_every_id_type_split_into_many_ranges_come_back_whole_and_once()
    {
        var spec = Bson.Spec($"{_database}.c");
        var ids = new List<BsonValue>
        {
            BsonMinKey.Value, BsonNull.Value, double.NaN, double.NegativeInfinity, -0.5, Decimal128.Parse("1.25"), long.MaxValue, "", "ä", BsonSymbol.Create("sym"),
            new BsonDocument(), new BsonDocument { { "b", 1 }, { "a", 2 } }, new BsonBinaryData([1, 2]), new BsonBinaryData(Enumerable.Repeat((byte)7, 16).ToArray(), BsonBinarySubType.UuidStandard),
            ObjectId.Parse("0123456789abcdef01234567"), true, false, new BsonDateTime(-1), new BsonDateTime(long.MaxValue), new BsonTimestamp(5, 6), new BsonTimestamp(0, 0),
            new BsonJavaScript("f"), new BsonJavaScriptWithScope("g", new BsonDocument("x", 1)), BsonMaxKey.Value,
        };
        ids.AddRange(Enumerable.Range(0, 500).Select(i => (BsonValue)i));
        var documents = ids.Select(id => new BsonDocument { { "_id", id }, { "pad", new string('x', 100) } }.ToBson()).ToArray();
        await Write(spec, documents);

        var found = (await CollectionLister.Find(server.Connection, spec.Namespace, Cancellation)).ShouldNotBeNull();
        var ranges = await new RangeSplitter(new ServerIdSampler(server.Connection)).Split(found, [], found.Bytes / 25, Cancellation);
        ranges.Count.ShouldBeGreaterThan(10);
        var read = new List<byte[]>();
        foreach (var range in ranges) read.AddRange(await Read(found, range));
        read.Select(Convert.ToHexString).Order().ShouldBe(documents.Select(Convert.ToHexString).Order());
        read.Select(d => Convert.ToHexString(d)).ShouldBe((await Read(found)).Select(d => Convert.ToHexString(d)));

        // the server agrees with our order
        for (var i = 1; i < read.Count; i++) BsonOrder.Instance.Compare(RawBson.Id(read[i - 1]), RawBson.Id(read[i])).ShouldBeLessThan(0);
    }

    [Fact]
    public async Task Odd_bytes_survive_the_way_through_the_server()
    {
        var spec = Bson.Spec($"{_database}.odd\n%/name");
        using var odd = new RawBsonBuilder();
        odd.Add("_id", 1).Add("twice", 1).Add("twice", 2).Element([0x01, .. "nan\0"u8, 0x34, 0x12, 0, 0, 0, 0, 0xF8, 0x7F])
            .Element([0x09, .. "date\0"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]).Element([0x06, .. "undefined\0"u8])
            .Element([0x11, .. "empty\0"u8, 0, 0, 0, 0, 0, 0, 0, 0]).Element([0x08, .. "\0"u8, 1]);
        byte[][] documents = [odd.ToArray(), Bson.Bytes("{_id: 2, ts: {$timestamp: {t: 0, i: 0}}}")];
        var summary = await Write(spec, documents);
        summary.EmptyTimestampsReplaced.ShouldBe(0);
        (await Read(spec)).ShouldBe(documents);
    }

    [Theory]
    [InlineData("8.0.0")]
    [InlineData("4.2.0")]
    public async Task Empty_timestamps_survive_on_new_servers_and_are_repaired_on_old_ones(string version)
    {
        var spec = Bson.Spec($"{_database}.c");
        byte[][] documents = [Bson.Bytes("{_id: {a: 1}, ts: {$timestamp: {t: 0, i: 0}}}"), Bson.Bytes("{_id: 'x', a: 1, ts: {$timestamp: {t: 0, i: 0}}}")];
        await _writer.Create(spec, ExistingCollection.Refuse, Cancellation);
        var inserter = new DocumentInserter(server.Connection.RunRaw, ServerVersion.Parse(version), TimeProvider.System);
        (await inserter.Insert(spec, [.. documents.Select(d => new ReadOnlyMemory<byte>(d))], Cancellation)).EmptyTimestampsReplaced.ShouldBe(0);
        (await Read(spec)).ShouldBe([documents[1], documents[0]]); // strings come before documents
    }

    [Fact]
    public async Task The_longest_document_goes_in_and_out()
    {
        var spec = Bson.Spec($"{_database}.c");
        using var longest = new RawBsonBuilder();
        longest.Add("_id", 1).Add("x", new string('x', InsertCommand.LongestDocument - 22));
        byte[][] documents = [longest.ToArray(), Bson.Bytes("{_id: 2}")];
        documents[0].Length.ShouldBe(InsertCommand.LongestDocument);
        await Write(spec, documents);
        (await Read(spec)).Select(Hash256Of).ShouldBe(documents.Select(Hash256Of));
    }

    [Fact]
    public async Task Many_batches_come_in_order_and_match_their_hashes()
    {
        var spec = Bson.Spec($"{_database}.c");
        byte[][] documents = [.. Enumerable.Range(0, 3000).Select(i => Bson.Bytes($"{{_id: {i}, pad: '{new string('x', 5000 + (i % 7))}'}}"))];
        (await Write(spec, documents)).Documents.ShouldBe(3000);
        var found = (await CollectionLister.Find(server.Connection, spec.Namespace, Cancellation)).ShouldNotBeNull();
        HashedSegment[] segments = [.. documents.Chunk(700).Select(part => new HashedSegment(part.Length, new Hash256(SHA256.HashData(part.SelectMany(d => d).ToArray()))))];
        var reader = new RawDocumentReader(server.Connection, NullLogger<RawDocumentReader>.Instance);
        (await CollectionHasher.Compare(reader.Read(found, KeyRange.All, Cancellation), segments, Cancellation)).IsEqual.ShouldBeTrue();

        await server.Connection.RunRaw(_database, Bson.Raw("{delete: 'c', deletes: [{q: {_id: 1500}, limit: 1}]}"), Cancellation);
        var damaged = await CollectionHasher.Compare(reader.Read(found, KeyRange.All, Cancellation), segments, Cancellation);
        damaged.Mismatches[0].FirstDocument.ShouldBe(1400);
    }

    [Fact]
    public async Task An_existing_collection_is_kept_unless_asked_otherwise()
    {
        var spec = Bson.Spec($"{_database}.c");
        await _writer.Create(spec, ExistingCollection.Refuse, Cancellation);
        await _writer.Create(spec, ExistingCollection.ReplaceEmpty, Cancellation);
        await _writer.Insert(spec, [Bson.Bytes("{_id: 1}")], Cancellation);
        foreach (var mode in new[] { ExistingCollection.Refuse, ExistingCollection.ReplaceEmpty })
        {
            var error = await Should.ThrowAsync<BackupException>(() => _writer.Create(spec, mode, Cancellation));
            error.Message.ShouldBe($"create {spec.Namespace}: it exists already");
        }
        (await Read(spec)).Count.ShouldBe(1);
        await _writer.Create(spec, ExistingCollection.Drop, Cancellation);
        (await Read(spec)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Duplicate_keys_name_the_document()
    {
        var spec = Bson.Spec($"{_database}.c");
        await _writer.Create(spec, ExistingCollection.Refuse, Cancellation);
        await _writer.Insert(spec, [Bson.Bytes("{_id: 1}")], Cancellation);
        var error = await Should.ThrowAsync<BackupException>(() => _writer.Insert(spec, [Bson.Bytes("{_id: 0}"), Bson.Bytes("{_id: 1}")], Cancellation));
        error.Message.ShouldContain("document 1 of the batch");
        error.Message.ShouldContain("(code 11000)");
    }

    [Fact]
    public async Task A_unique_index_over_duplicates_is_an_error_that_names_it()
    {
        var spec = Bson.Spec($"{_database}.c", indexes: [Bson.IdIndex, "{v: 2, key: {a: 1}, name: 'a_1', unique: true}"]);
        await _writer.Create(spec, ExistingCollection.Refuse, Cancellation);
        await _writer.Insert(spec, [Bson.Bytes("{_id: 1, a: 1}"), Bson.Bytes("{_id: 2, a: 1}")], Cancellation);
        (await Should.ThrowAsync<BackupException>(() => _writer.BuildIndexes(spec, Cancellation))).Message.ShouldStartWith($"create indexes a_1 of {spec.Namespace}: ");
    }

    [Fact]
    public async Task The_list_holds_what_the_filter_includes_in_order()
    {
        foreach (var name in new[] { "b", "a", "tmp_1" }) await _writer.Create(Bson.Spec($"{_database}.{name}"), ExistingCollection.Refuse, Cancellation);
        var filter = new NamespaceFilter(NamespacePattern.ParseList($"{_database}.*", "BACKUP_INCLUDE"), NamespacePattern.ParseList("*.tmp*", "BACKUP_EXCLUDE"));
        var list = await CollectionLister.List(server.Connection, filter, Cancellation);
        list.Select(s => s.Namespace.Collection).ShouldBe(["a", "b"]);
        list[0].Indexes.Select(IndexSpec.Name).ShouldBe(["_id_"]);
        (await CollectionLister.List(server.Connection, NamespaceFilter.Everything(_database), Cancellation)).ShouldNotContain(s => s.Namespace.Database == _database);

        await _writer.DropDatabase(_database, Cancellation);
        (await CollectionLister.List(server.Connection, filter, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_may_not_pause_the_ttl_monitor_leaves_no_note_that_it_was_paused()
    {
        const string Name = "restorer", Password = "only restores";
        await using var guarded = await EmbeddedMongoServer.Start(new() { Users = [EmbeddedUser.WithPassword(Name, Password, "admin", new EmbeddedRole("restore"), new EmbeddedRole("readWriteAnyDatabase"))] }, Cancellation);
        using var connection = await MongoConnection.Open(
            guarded.ConnectionString.Replace("mongodb://", $"mongodb://{Name}:{Uri.EscapeDataString(Password)}@", StringComparison.Ordinal) + "&authSource=admin", "target", new MongoConnectionOptions(), Cancellation);
        await using (var pause = await TtlMonitorPause.Begin(connection, Cancellation)) pause.IsActive.ShouldBeFalse();
        (await TtlMonitorPause.IsOn(connection, Cancellation)).ShouldBe(true);
        (await MongoDB.Driver.IAsyncCursorExtensions.ToListAsync(await connection.Client.ListDatabaseNamesAsync(Cancellation), Cancellation)).ShouldNotContain(NamespaceFilter.RestoreDatabase);
    }

    [Fact]
    public async Task The_ttl_monitor_pauses_for_a_restore_where_the_server_allows_it()
    {
        await using (var pause = await TtlMonitorPause.Begin(server.Connection, Cancellation))
        {
            if (pause.IsActive) (await Monitor()).ShouldBe(false);
        }
        (await Monitor()).ShouldNotBe(false);

        // one that was killed left it off: whoever comes next switches it on again in the end
        var killed = await TtlMonitorPause.Begin(server.Connection, Cancellation);
        await using (var next = await TtlMonitorPause.Begin(server.Connection, Cancellation)) next.IsActive.ShouldBe(killed.IsActive);
        (await Monitor()).ShouldNotBe(false);
        (await MongoDB.Driver.IAsyncCursorExtensions.ToListAsync(await server.Connection.Client.ListDatabaseNamesAsync(Cancellation), Cancellation)).ShouldNotContain(NamespaceFilter.RestoreDatabase);

        // what somebody else switched off stays so
        if (await Monitor() is null) return;
        await Switch(false);
        await using (var pause = await TtlMonitorPause.Begin(server.Connection, Cancellation)) pause.IsActive.ShouldBeFalse();
        (await Monitor()).ShouldBe(false);
        await Switch(true);

        Task Switch(bool on) => server.Connection.Run("admin", new BsonDocument { { "setParameter", 1 }, { "ttlMonitorEnabled", on } }, Cancellation);

        async Task<bool?> Monitor()
        {
            try
            {
                var reply = await server.Connection.Run("admin", new BsonDocument { { "getParameter", 1 }, { "ttlMonitorEnabled", 1 } }, Cancellation);
                return reply["ttlMonitorEnabled"].ToBoolean();
            }
            catch (MongoDB.Driver.MongoCommandException)
            {
                return null;
            }
        }
    }

    private async Task<InsertSummary> Write(CollectionSpec spec, IReadOnlyList<byte[]> documents)
    {
        await _writer.Create(spec, ExistingCollection.Refuse, Cancellation);
        var summary = await _writer.Insert(spec, [.. documents.Select(d => new ReadOnlyMemory<byte>(d))], Cancellation);
        (await _writer.BuildIndexes(spec, Cancellation)).ShouldBeEmpty();
        return summary;
    }

    private async Task<List<byte[]>> Read(CollectionSpec spec, KeyRange? range = null)
    {
        var documents = new List<byte[]>();
        var reader = new RawDocumentReader(server.Connection, NullLogger<RawDocumentReader>.Instance);
        await foreach (var batch in reader.Read(spec, range ?? KeyRange.All, Cancellation)) documents.AddRange(batch.Documents.Select(d => d.ToArray()));
        return documents;
    }

    private static Hash256 Hash256Of(byte[] document) => Hash256.Sha256(document);
}
