using BackupFunctions.Ambient;
using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>The commands that a target is sent.</summary>
public class ReplayCommandTests
{
    private readonly List<BsonDocument> _sent = [];
    private Optime? _inexactThrough;

    [Fact]
    public async Task ConvertToCapped_is_run_on_the_target_and_leaves_the_index_on_the_id()
    {
        var loaded = Mongo.Bson.Spec("shop.a", "{}", Mongo.Bson.IdIndex, "{v: 2, key: {x: 1}, name: 'x_1'}");
        var result = await Run([loaded], "{op: 'c', ns: 'shop.$cmd', o: {convertToCapped: 'a', size: 4096}}");
        _sent.ShouldHaveSingleItem().ShouldBe(BsonDocument.Parse("{convertToCapped: 'b', size: 4096, writeConcern: {w: 'majority'}}"));
        var spec = result.Collections.ShouldHaveSingleItem();
        (spec.Namespace.ToString(), spec.IsCapped, spec.Indexes.Count).ShouldBe(("copy.b", true, 1));
    }

    [Fact]
    public async Task What_only_changes_indexes_sends_nothing()
    {
        await Run([],
            "{op: 'c', ns: 'shop.$cmd', o: {createIndexes: 'a', v: 2, key: {x: 1}, name: 'x_1'}}",
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'a', index: {name: 'x_1', expireAfterSeconds: {$numberLong: '60'}}}}",
            "{op: 'c', ns: 'shop.$cmd', o: {dropIndexes: 'a', index: 'x_1'}}");
        _sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_namespace_that_is_none_is_corrupt() =>
        (await Should.ThrowAsync<BackupException>(() => Run([], "{op: 'i', ns: 'shop', o: {_id: 1}}"))).Kind.ShouldBe(ErrorKind.Corrupt);

    [Fact]
    public async Task A_rename_while_the_backup_read_its_data_is_refused_and_one_after_it_is_replayed()
    {
        const string rename = "{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.a', to: 'shop.c'}}";
        _inexactThrough = Oplog.At(1);
        (await Should.ThrowAsync<BackupException>(() => Run([], rename))).Hint.ShouldNotBeNull().ShouldContain("full backup");
        _sent.ShouldBeEmpty();
        await Run([], "{op: 'n', ns: '', o: {msg: 'x'}}", rename);
        _sent.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_was_created_while_the_backup_read_may_be_renamed_by_then()
    {
        const string rename = "{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.tmp.agg_out.1', to: 'shop.c', dropTarget: true}}";
        _inexactThrough = Oplog.At(9);
        await Run([], "{op: 'c', ns: 'shop.$cmd', o: {create: 'tmp.agg_out.1'}}", "{op: 'i', ns: 'shop.tmp.agg_out.1', o: {_id: 1}}", rename);
        _sent.ShouldNotBeEmpty();
        await Should.ThrowAsync<BackupException>(() => Run([], "{op: 'i', ns: 'shop.tmp.agg_out.1', o: {_id: 1}}", rename));
    }

    private async Task<ReplayResult> Run(CollectionSpec[] loaded, params string[] entries)
    {
        var options = new ReplayOptions { UseApplyOps = false, Renames = NamespaceRenames.Parse(["shop.a"], ["copy.b"]), InexactThrough = _inexactThrough };
        var replayer = new OplogReplayer(Answer, ServerVersion.Parse("7.0.0"), TimeProvider.System, options, null, new DiskFiles(), new SystemRandomSource());
        return await replayer.Run(Oplog.Stream(Oplog.Of(entries)), new ReplayStart(loaded), null, TestContext.Current.CancellationToken);
    }

    private Task<RawBsonDocument> Answer(string database, RawBsonDocument command, CancellationToken cancellationToken)
    {
        _sent.Add(MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(command.Bytes().ToArray()));
        return Task.FromResult(Mongo.Bson.Raw("{ok: 1, n: 1, cursor: {firstBatch: []}}"));
    }
}
