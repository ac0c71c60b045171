using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.MongoDump;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>Oplogs that real servers wrote, one feature each.</summary>
public sealed class RealOplogTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    private readonly ReplayRig _rig = new(server);

    [Fact]
    public async Task Validators_are_bypassed_in_replay()
    {
        (await Replay("bypassDocumentValidation")).Operations.ShouldBe(4);
        (await _rig.Texts("coll1")).Select(t => BsonDocument.Parse(t)["testField"].AsString).ShouldBe(["valid", "invalid", "also_invalid"]);
    }

    [Fact]
    public async Task CollMod_changes_the_expiry_of_an_index()
    {
        var result = await Replay("collMod", Foo("{v: 2, key: {f: 1.0}, name: 'f_1', expireAfterSeconds: 1000}"));
        Index(result, "f_1").ShouldBe(Mongo.Bson.Bytes("{v: 2, key: {f: 1.0}, name: 'f_1', expireAfterSeconds: {$numberLong: '3600'}}"));
    }

    [Fact]
    public async Task CollMod_hides_an_index()
    {
        var result = await Replay("collMod_with_hidden", Foo("{v: 2, key: {f: 1.0}, name: 'f_1', expireAfterSeconds: 1000}"));
        Index(result, "f_1").ShouldBe(Mongo.Bson.Bytes("{v: 2, key: {f: 1.0}, name: 'f_1', expireAfterSeconds: {$numberLong: '3600'}, hidden: true}"));
    }

    [Fact]
    public async Task An_index_build_that_is_committed_is_in_the_catalogue() =>
        Index(await Replay("commit_index", Foo()), "a_1").ShouldBe(Mongo.Bson.Bytes("{v: 2, key: {a: 1.0}, name: 'a_1'}"));

    [Fact]
    public async Task Two_committed_builds_are_built_after_the_replay_whatever_the_order_of_entries()
    {
        var result = await Replay("commit_indexes_build");
        (await _rig.Read("test")).Count.ShouldBe(1);
        await Built(result, "test", "_id_", "a_1", "b_1");
    }

    [Fact]
    public async Task CreateIndexes_of_one_index_each_is_built_after_the_replay()
    {
        await _rig.Load("foo");
        await Built(await Replay("create_index", Foo()), "foo", "_id_", "f_1");
    }

    [Fact]
    public async Task CreateIndexes_of_an_older_server_is_built_after_the_replay_whatever_the_order_of_entries() =>
        await Built(await Replay("create_indexes"), "test", "_id_", "a_1", "b_1");

    [Fact]
    public async Task A_drop_takes_the_collection_and_its_indexes()
    {
        await _rig.Load("foo", documents: "{_id: 1}");
        await _rig.Load("bar", documents: "{_id: 1}");
        var result = await Replay("drop_collection", Foo(), Foo() with { Namespace = new("test", "bar") });
        result.Collections.ShouldHaveSingleItem().Namespace.ShouldBe(new Namespace(_rig.Database, "bar"));
        (await _rig.Names()).ShouldBe(["bar"]);
    }

    [Fact]
    public async Task A_dropped_database_loses_what_was_loaded_of_it_and_nothing_else()
    {
        await _rig.Load("foo", documents: "{_id: 1}");
        await _rig.Load("theirs", documents: "{_id: 1}");
        var result = await Replay("drop_db", Foo());
        result.Collections.ShouldBeEmpty();
        (await _rig.Names()).ShouldBe(["theirs"]);
    }

    [Fact]
    public async Task A_dropped_index_is_not_built() =>
        (await Replay("drop_index", Foo("{v: 2, key: {f: 1.0}, name: 'f_1'}"))).Collections.ShouldHaveSingleItem().Indexes.Select(IndexSpec.Name).ShouldBe(["_id_"]);

    [Fact]
    public async Task An_index_build_that_is_aborted_is_ignored() =>
        (await Replay("ignore_index", Foo())).Collections.ShouldHaveSingleItem().Indexes.Select(IndexSpec.Name).ShouldBe(["_id_"]);

    [Fact]
    public async Task A_vectored_insert_of_version_8_is_applied()
    {
        var result = await Replay("vectored_insert");
        (result.Operations, result.Transactions).ShouldBe((2, 0));
        (await _rig.Texts("coll1")).ShouldBe(new[] { "{_id: 100, a: 1}", "{_id: 200, a: 2}" }.Select(ReplayRig.Json));
    }

    [Fact]
    public async Task The_oplog_of_a_dump_of_version_3_6_is_applied()
    {
        var result = await _rig.Run(Oplog.File(TestDumps.Shared("mongo-tools/dumps/oplogdump/oplog.bson")));
        (result.Entries, result.Operations).ShouldBe((3, 5));
        (await _rig.Texts("c1")).Select(t => BsonDocument.Parse(t)["x"].ToInt32()).ShouldBe([1456, 1457, 1458, 1459, 1460]);
    }

    private Task<ReplayResult> Replay(string file, params CollectionSpec[] loaded) => _rig.Run(Oplog.File(TestDumps.Shared($"mongo-tools/oplogs/{file}.bson")), loaded);

    private static CollectionSpec Foo(params string[] indexes) => Mongo.Bson.Spec("test.foo", "{}", [Mongo.Bson.IdIndex, .. indexes]);

    private static byte[] Index(ReplayResult result, string name) =>
        result.Collections.ShouldHaveSingleItem().Indexes.Single(i => IndexSpec.Name(i) == name).Bytes().ToArray();

    private async Task Built(ReplayResult result, string collection, params string[] names)
    {
        (await result.Finish(_rig.Writer, ExistingCollection.Drop, ReplayRig.Cancellation)).ShouldBeEmpty();
        var found = (await CollectionLister.Find(server.Connection, new(_rig.Database, collection), ReplayRig.Cancellation)).ShouldNotBeNull();
        found.Indexes.Select(IndexSpec.Name).ShouldBe(names, ignoreOrder: true);
        SpecComparer.Compare(result.Collections.Single(c => c.Namespace == found.Namespace), found).ShouldBeEmpty();
    }
}
