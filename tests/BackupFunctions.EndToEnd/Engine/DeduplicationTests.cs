using BackupFunctions.Manifest;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

public sealed class DeduplicationTests(EngineServer server) : IClassFixture<EngineServer>, IDisposable
{
    private const int Documents = 8_000, Bytes = 2_000;
    private readonly EngineRun _run = new(server);

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task An_unchanged_second_full_stores_under_two_percent()
    {
        await _run.Fill("orders", 0, Documents, Bytes);
        var first = (await _run.BackUp()).Backup;
        var second = (await _run.BackUp()).Backup;
        ShouldBeShare(second, first, 0.02);
        (second.Documents, second.Bytes, second.StoredBytes).ShouldBe((first.Documents, first.Bytes, first.StoredBytes));
        (await Lists(second)).ShouldBe(await Lists(first));
        (await _run.DropAndRestore(second.Root)).Documents.ShouldBe(Documents);
    }

    [Fact]
    public async Task One_percent_appended_and_one_percent_of_the_newest_updated_store_under_ten_percent()
    {
        await _run.Fill("orders", 0, Documents, Bytes);
        var first = (await _run.BackUp()).Backup;
        await _run.Fill("orders", Documents, Documents / 100, Bytes);
        for (var i = Documents - (Documents / 100); i < Documents; i++) await Update(i);
        var second = (await _run.BackUp()).Backup;
        ShouldBeShare(second, first, 0.10);
        (await _run.DropAndRestore(second.Root)).Documents.ShouldBe(Documents + (Documents / 100));
        (await _run.DropAndRestore(first.Root)).Documents.ShouldBe(Documents);
    }

    [Fact]
    public async Task A_document_that_changes_or_goes_in_the_middle_changes_few_chunks()
    {
        await _run.Fill("orders", 0, Documents, Bytes);
        var first = (await _run.BackUp()).Backup;
        await Update(Documents / 2);
        await _run.Collection("orders").DeleteOneAsync(Builders<BsonDocument>.Filter.Eq("_id", Documents / 4));
        var second = (await _run.BackUp()).Backup;
        // two places, each with the chunk it is in and the one behind, of at most 512 KiB, and a new list
        second.NewBytes.ShouldBeLessThan(4 * 1024 * 1024);
        var (old, now) = (await Chunks(first), await Chunks(second));
        now.Except(old).Count().ShouldBeInRange(1, 4);
    }

    [Fact]
    public async Task Renamed_dropped_and_new_collections_are_what_the_next_full_says()
    {
        await _run.Fill("kept", 0, 200, 500);
        await _run.Fill("renamed", 0, 200, 500);
        await _run.Fill("dropped", 0, 200, 500);
        var first = (await _run.BackUp()).Backup;
        await _run.Database.RenameCollectionAsync("renamed", "other");
        await _run.Database.DropCollectionAsync("dropped");
        await _run.Fill("new", 0, 10, 500);
        // a name that stands for other documents now
        await _run.Fill("renamed", 5_000, 10, 500);
        var second = (await _run.BackUp()).Backup;

        second.Namespaces.ShouldBe([.. new[] { "kept", "new", "other", "renamed" }.Select(n => $"{_run.Name}.{n}")]);
        (await _run.DropAndRestore(second.Root)).Documents.ShouldBe(200 + 200 + 10 + 10);
        (await _run.DropAndRestore(first.Root)).Documents.ShouldBe(600);
        (await _run.Documents("dropped")).Count.ShouldBe(200);
    }

    private static void ShouldBeShare(BackupEntry second, BackupEntry first, double share) =>
        ((double)second.NewBytes / first.NewBytes).ShouldBeLessThan(share);

    private Task<UpdateResult> Update(int id) => _run.Collection("orders").UpdateOneAsync(
        Builders<BsonDocument>.Filter.Eq("_id", id), Builders<BsonDocument>.Update.Set("data", EngineRun.Noise(id + 1_000_000, Bytes)));

    private async Task<List<string>> Lists(BackupEntry backup)
    {
        using var opened = await _run.Engine.Open(backup.Root, EngineRun.Cancellation);
        return [.. opened.Index.Collections.SelectMany(c => c.Files).Select(f => f.List.ToString())];
    }

    private async Task<List<Hash256>> Chunks(BackupEntry backup)
    {
        using var opened = await _run.Engine.Open(backup.Root, EngineRun.Cancellation);
        var chunks = new List<Hash256>();
        foreach (var file in opened.Index.Collections.SelectMany(c => c.Files)) chunks.AddRange((await opened.ReadList(file, EngineRun.Cancellation)).Records.Select(r => r.BlockDigest));
        return chunks;
    }
}
