using BackupFunctions.Bson;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Workflows;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Backup;

/// <summary>A server lists indexes that it is still building, and that may fail yet, beside those that are ready.</summary>
public sealed class UnfinishedIndexTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private const string Collection = "things";
    private static readonly BsonDocument Specification = new() { { "key", new BsonDocument("data", 1) }, { "name", "data_1" }, { "unique", true } };

    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task One_that_is_being_built_is_not_listed_until_it_is_ready()
    {
        await Begin();
        (await Indexes()).ShouldBe(["_id_"]);
        Commit();
        (await Indexes()).ShouldBe(["_id_", "data_1"]);
    }

    [Fact]
    public async Task One_that_is_not_ready_when_the_backup_ends_is_left_out_of_it_and_comes_with_the_slice_that_has_its_commit()
    {
        await Begin();
        var full = (await _rig.BackUp()).Backup;
        Commit();
        var slice = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup;

        (await Restored(new RestoreRequest(full.Root, [], [], Drop: true, Force: false))).ShouldBe(["_id_"]);
        (await Restored(await _rig.Choose(new("latest", null, [slice.Root])))).ShouldBe(["_id_", "data_1"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_gets_ready_while_the_documents_are_read_is_restored_as_soon_as_it_was_there(bool capped)
    {
        if (capped) await server.Connection.Run(_rig.Database, new BsonDocument { { "create", Collection }, { "capped", true }, { "size", 1 << 20 } }, BackupRig.Cancellation);
        await Begin();
        _rig.Before = (name, _, _) =>
        {
            if (name == "DumpAndEncrypt") Commit();
            return Task.CompletedTask;
        };
        var full = (await _rig.BackUp()).Backup;
        _rig.Before = null;
        (await Restored(await _rig.Choose(new("latest", RestorePoint.At(full.Oplog!.Through.Optime), [])))).ShouldBe(["_id_", "data_1"]);
    }

    private async Task Begin()
    {
        await _rig.Fill(Collection, 0, 5);
        if (server.Controls is null) Assert.Skip("only the embedded server holds the build of an index");
        server.Controls.StartIndexBuild(_rig.Database, Collection, Specification);
    }

    private void Commit() => server.Controls!.CommitIndexBuild(_rig.Database, Collection);

    private async Task<IEnumerable<string>> Restored(RestoreRequest request)
    {
        await _rig.Drop();
        await _rig.Restore(request);
        return await Indexes();
    }

    private async Task<IEnumerable<string>> Indexes() =>
        (await CollectionLister.Find(server.Connection, new(_rig.Database, Collection), BackupRig.Cancellation)).ShouldNotBeNull().Indexes.Select(IndexSpec.Name);
}
