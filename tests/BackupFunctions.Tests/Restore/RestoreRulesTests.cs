using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;
using BackupFunctions.Serialization;
using BackupFunctions.Tests.Mongo;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Restore;

/// <summary>What a restore leaves out, refuses and drops.</summary>
public sealed class RestoreRulesTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    private IMongoDatabase Database => server.Connection.Client.GetDatabase(_rig.Database);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_collection_that_is_there_is_refused_before_anything_is_written()
    {
        var root = await BackUp("a", "b", "c");
        await Database.DropCollectionAsync("a");
        await Database.DropCollectionAsync("c");
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(root));
        (error.Kind, error.Message.Contains($"{_rig.Database}.b", StringComparison.Ordinal)).ShouldBe((ErrorKind.Failed, true));
        error.Hint.ShouldNotBeNull().ShouldContain("--drop");
        (await Names()).ShouldBe(["b"]);
        (await Count("b")).ShouldBe(10);
    }

    [Fact]
    public async Task An_empty_backup_restores_to_nothing_and_says_so_and_what_came_behind_it_is_replayed()
    {
        await BackUp("a");
        var root = await Publish(index => index with { Collections = [] });
        var empty = await _rig.Restore(root);
        (empty.Collections, empty.Documents, empty.Differences?.Count).ShouldBe((0, 0, 0));
        empty.Warnings.ShouldHaveSingleItem().ShouldContain("the backup is empty");
        await _rig.Fill("b", 0, 5, 200);
        var slices = (await _rig.BackUpIncrement()).Slices.Select(s => s.Backup.Root).ToList();
        await _rig.Drop();
        (await _rig.Restore(new RestoreRequest(root, [], [], Drop: false, Force: false) { Slices = slices })).Warnings.ShouldBeEmpty();
        (await Names()).ShouldBe(["b"]);
        (await Count("b")).ShouldBe(5);
    }

    [Fact]
    public async Task A_target_that_goes_on_deleting_by_age_is_told_and_one_that_does_not_is_not()
    {
        await _rig.Fill("a", 0, 10, 200);
        await Database.GetCollection<BsonDocument>("a").Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("at", 1), new() { ExpireAfter = TimeSpan.FromDays(1) }));
        var root = (await _rig.BackUp()).Backup.Root;
        await _rig.Drop();
        await using (var pause = await TtlMonitorPause.Begin(server.Connection, BackupRig.Cancellation))
        {
            if (!pause.IsActive) Assert.Skip("the TTL monitor may not be paused");
            (await _rig.Restore(root)).Warnings.ShouldBeEmpty();
        }
        (await _rig.Restore(root, drop: true)).Warnings.ShouldHaveSingleItem().ShouldContain("older than a TTL index allows");
    }

    [Fact]
    public async Task Patterns_that_select_nothing_are_refused()
    {
        var root = await BackUp("a");
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(root, drop: true, include: ["other.*"]));
        (error.Kind, error.Reason.Contains("no collection is selected", StringComparison.Ordinal)).ShouldBe((ErrorKind.NotFound, true));
        (await Count("a")).ShouldBe(10);
    }

    [Fact]
    public async Task With_drop_what_the_backup_names_is_replaced_and_the_rest_stays()
    {
        var root = await BackUp("a", "b");
        await _rig.Fill("a", 100, 5);
        await _rig.Fill("stays", 0, 3);
        var result = await _rig.Restore(root, drop: true);
        (result.Collections, result.Differences?.Count).ShouldBe((2, 0));
        (await Count("a"), await Count("b"), await Count("stays")).ShouldBe((10, 10, 3));
    }

    [Fact]
    public async Task With_drop_a_collection_takes_the_place_of_a_view_and_a_view_that_of_a_collection()
    {
        await _rig.Fill("a", 0, 10);
        await Database.RunCommandAsync<BsonDocument>("{create: 'v', viewOn: 'a', pipeline: []}");
        var root = (await _rig.BackUp()).Backup.Root;
        await _rig.Drop();
        await _rig.Fill("v", 0, 2);
        await Database.RunCommandAsync<BsonDocument>("{create: 'a', viewOn: 'v', pipeline: []}");
        var result = await _rig.Restore(root, drop: true);
        result.Differences.ShouldBeEmpty();
        (await Count("v")).ShouldBe(10);
    }

    [Fact]
    public async Task Patterns_choose_what_is_restored()
    {
        var root = await BackUp("orders", "orders_old", "users");
        await _rig.Drop();
        var result = await _rig.Restore(root, include: [$"{_rig.Database}.orders*"], exclude: ["*.orders_old"]);
        (result.Collections, result.Documents).ShouldBe((1, 10));
        (await Names()).ShouldBe(["orders"]);
    }

    [Fact]
    public async Task Patterns_that_choose_nothing_are_told_so()
    {
        var root = await BackUp("orders");
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(root, include: ["no.such"]))).Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public async Task A_backup_of_a_newer_major_version_is_refused_unless_forced()
    {
        await BackUp("orders");
        var root = await Publish(index => index with { Server = index.Server with { Version = "99.1.0" }, Collections = [Empty("fresh")] });
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(root));
        (error.Kind, error.Message.Contains("99.1", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
        (await Names()).ShouldBe(["orders"]);
        (await _rig.Restore(root, force: true)).Collections.ShouldBe(1);
    }

    [Fact]
    public async Task Users_and_roles_stay_those_of_the_target_with_a_warning()
    {
        await BackUp("orders");
        var root = await Publish(index => index with
        {
            Collections = [Empty("system.users") with { Database = "admin" }, Empty("system.roles") with { Database = "admin" }, Empty("fresh")],
        });
        var result = await _rig.Restore(root);
        result.Collections.ShouldBe(1);
        result.Warnings.Count.ShouldBe(2);
        result.Warnings.ShouldAllBe(w => w.Contains("users and roles stay those of the target", StringComparison.Ordinal));
    }

    private IndexedCollection Empty(string name) => new(_rig.Database, name, CollectionType.Collection, Mongo.Bson.Raw("{}"),
        [Mongo.Bson.Raw(Mongo.Bson.IdIndex)], null, CollectionReadOrder.ById, 131_072, 0, 0, []);

    private async Task<Cid> BackUp(params string[] collections)
    {
        foreach (var name in collections) await _rig.Fill(name, 0, 10, 200);
        return (await _rig.BackUp()).Backup.Root;
    }

    private async Task<List<string>> Names() => [.. (await (await Database.ListCollectionNamesAsync()).ToListAsync()).Where(n => !n.StartsWith("system.", StringComparison.Ordinal)).Order()];

    private Task<long> Count(string collection) => Database.GetCollection<BsonDocument>(collection).CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty);

    // a backup whose index says something else, sealed with the right keys
    private async Task<Cid> Publish(Func<BackupIndex, BackupIndex> change)
    {
        var repository = await _rig.Session.Open(BackupRig.Cancellation);
        var latest = (await _rig.Manifest.Load(BackupRig.Cancellation)).Latest().ShouldNotBeNull();
        using var backup = await _rig.Open(latest.Root);
        using var sealer = new BlockSealer(repository.Keys.Current);
        var index = SealedFile.Seal(sealer, BlockType.Index, latest.Id.ToArray(), EngineJson.Write(change(backup.Index)));
        var header = EngineJson.Write(backup.Header);
        var tree = new UnixFsTree();
        var blocks = new List<Block>([.. index.Blocks, new Block(Cid.Raw(header), header)]);
        tree.Add(BackupIndex.FileName, index.File.Root, index.File.Tsize);
        tree.Add(BackupHeader.FileName, Cid.Raw(header), header.Length);
        var root = tree.Build(blocks.Add);
        await RevisionPublisher.ToAllNodes(repository.Id, repository.Nodes, root, blocks, PinNames.Backup(repository.Id), BackupRig.Cancellation);
        return root;
    }
}
