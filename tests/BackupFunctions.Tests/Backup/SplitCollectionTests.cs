using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Embedded;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Mongo;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Tests.Backup;

/// <summary>A collection that holds every type as <c>_id</c>, mixed, read as many ranges.</summary>
public sealed class SplitCollectionTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server) { RangeBytes = 6_000 };

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Nothing_is_lost_nothing_comes_twice_and_every_byte_returns()
    {
        var documents = RawBytes.Ordered
            .Select((id, i) => RawBytes.Document((id.Type, "_id", id.Value), (0x10, "n", RawBytes.Int(i)), (0x05, "data", RawBytes.Binary(0, new SeededRandomSource(i).Bytes(3_000))))).ToList();
        await Insert(documents);

        var backup = await BackUp(expectRanges: true);
        await _rig.Drop();
        var restored = await _rig.Restore(backup.Root);
        restored.Differences.ShouldBeEmpty();
        restored.Documents.ShouldBe(documents.Count);
        (await ReadAll()).ShouldBe(documents);

        // the next backup splits where the files of this one start, and stores none of them again
        var again = (await _rig.BackUp()).Backup;
        again.NewBytes.ShouldBeLessThan(backup.NewBytes / 5);
        again.Documents.ShouldBe(documents.Count);
    }

    [Fact]
    public async Task A_collection_that_grew_is_split_further_and_stays_whole()
    {
        await _rig.Fill("mixed", 0, 30);
        await BackUp(expectRanges: true);
        await _rig.Fill("mixed", 30, 60);
        var backup = (await _rig.BackUp()).Backup;
        var documents = await ReadAll();
        await _rig.Drop();
        (await _rig.Restore(backup.Root)).Differences.ShouldBeEmpty();
        (await ReadAll()).ShouldBe(documents);
        documents.Count.ShouldBe(90);
    }

    private async Task<BackupEntry> BackUp(bool expectRanges)
    {
        var result = await _rig.BackUp();
        using var opened = await _rig.Open(result.Backup.Root);
        var files = opened.Index.Collections.ShouldHaveSingleItem().Files;
        if (expectRanges) files.Count.ShouldBeGreaterThan(5);
        files.Sum(f => f.Documents).ShouldBe(result.Backup.Documents);
        return result.Backup;
    }

    private async Task Insert(List<byte[]> documents)
    {
        var shuffled = documents.ToArray();
        new Random(3).Shuffle(shuffled);
        await new CollectionWriter(server.Connection, server.Topology)
            .Insert(Mongo.Bson.Spec($"{_rig.Database}.mixed"), [.. shuffled.Select(d => (ReadOnlyMemory<byte>)d)], BackupRig.Cancellation);
    }

    private async Task<List<byte[]>> ReadAll()
    {
        var spec = (await CollectionLister.Find(server.Connection, new(_rig.Database, "mixed"), BackupRig.Cancellation)).ShouldNotBeNull();
        var reader = new RawDocumentReader(server.Connection, NullLogger<RawDocumentReader>.Instance);
        var documents = new List<byte[]>();
        await foreach (var batch in reader.Read(spec, KeyRange.All, BackupRig.Cancellation)) documents.AddRange(batch.Documents.Select(d => d.ToArray()));
        return documents;
    }
}
