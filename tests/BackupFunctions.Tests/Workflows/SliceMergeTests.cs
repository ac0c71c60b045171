using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Workflows;

public sealed class SliceMergeTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Slices_become_one_entry_without_being_read_from_the_server_or_sealed_again()
    {
        var slices = await ThreeSlices();
        var entries = await Entries(slices);
        var blocks = _rig.Repository.First.Inner.Blocks.Count;
        _rig.Repository.Time.Advance(TimeSpan.FromHours(2));
        (await _rig.BackUpIncrement()).Warnings.ShouldBeEmpty();

        var state = await _rig.Manifest.Load(BackupRig.Cancellation);
        var merged = state.Backups.Where(b => b.Type == BackupType.Incremental).ShouldHaveSingleItem();
        (merged.Oplog!.After, merged.Oplog.Through, merged.Oplog.Entries).ShouldBe((slices[0].Oplog!.After, slices[2].Oplog!.Through, slices.Sum(s => s.Oplog!.Entries)));
        (merged.Documents, merged.Bytes, merged.StoredBytes).ShouldBe((slices.Sum(s => s.Documents), slices.Sum(s => s.Bytes), slices.Sum(s => s.StoredBytes)));
        merged.NewBytes.ShouldBeLessThan(10_000);
        merged.IsDegraded.ShouldBeFalse();
        state.Removed.Select(t => t.Backup.Id).ShouldBe(slices.Select(s => s.Id));
        state.Removed.ShouldAllBe(t => t.Reason == $"merged into {merged.Id}");
        (await Entries([merged])).ShouldBe(entries);
        _rig.StagedFiles.ShouldBeEmpty();
        // index, header and directories, the guards of what was sent, and two revisions of the manifest
        (_rig.Repository.First.Inner.Blocks.Count - blocks).ShouldBeLessThan(30);
    }

    [Fact]
    public async Task Every_point_between_them_is_reached_as_before_and_the_next_slice_joins()
    {
        var slices = await ThreeSlices();
        _rig.Repository.Time.Advance(TimeSpan.FromHours(2));
        await _rig.BackUpIncrement();
        await _rig.Fill("things", 90, 5);
        (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem();

        var timeline = OplogTimeline.Of(await _rig.Manifest.Load(BackupRig.Cancellation));
        var window = timeline.Windows.ShouldHaveSingleItem();
        window.Slices.Count.ShouldBe(2);
        timeline.Gaps.ShouldBeEmpty();
        foreach (var (point, documents) in new[] { (slices[0].Oplog!.Through.Optime, 30), (slices[1].Oplog!.Through.Optime, 40), (slices[2].Oplog!.Through.Optime, 50), (window.To, 55) })
        {
            await _rig.Restore(await _rig.Choose(new("latest", RestorePoint.At(point), [])));
            (await _rig.Collection("things").CountDocumentsAsync(new BsonDocument())).ShouldBe(documents);
        }
    }

    [Fact]
    public async Task While_a_node_lacks_the_merged_one_the_slices_stay_and_then_they_go()
    {
        var slices = await ThreeSlices();
        _rig.Repository.Time.Advance(TimeSpan.FromHours(2));
        _rig.Repository.Second.Refused = NodeCalls.Import;
        (await _rig.BackUpIncrement()).Warnings.ShouldContain(w => w.Contains("node 2", StringComparison.Ordinal));
        var state = await _rig.Manifest.Load(BackupRig.Cancellation);
        state.Backups.Count(b => b.Type == BackupType.Incremental).ShouldBe(4);
        OplogTimeline.Of(state).Windows.ShouldHaveSingleItem().To.ShouldBe(slices[2].Oplog!.Through.Optime);

        _rig.Repository.Second.Refused = NodeCalls.None;
        (await _rig.ResumeUploads()).Copies.ShouldNotBeEmpty();
        (await _rig.BackUpIncrement()).Warnings.ShouldBeEmpty();
        state = await _rig.Manifest.Load(BackupRig.Cancellation);
        state.Backups.Where(b => b.Type == BackupType.Incremental).ShouldHaveSingleItem().IsDegraded.ShouldBeFalse();
        state.Removed.Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("GatherSlices")]
    [InlineData("Assemble")]
    [InlineData("UploadToNode")]
    [InlineData("UpdateManifest")]
    public async Task A_merge_that_fails_anywhere_is_a_warning_and_the_next_run_finishes_it(string activity)
    {
        await ThreeSlices();
        _rig.Repository.Time.Advance(TimeSpan.FromHours(2));
        _rig.Before = (name, _, _) => name == activity ? throw new BackupException(ErrorKind.Failed, "made to fail") : Task.CompletedTask;
        (await _rig.BackUpIncrement()).Warnings.ShouldHaveSingleItem().ShouldContain("made to fail");
        _rig.Before = null;
        (await _rig.BackUpIncrement()).Warnings.ShouldBeEmpty();

        var state = await _rig.Manifest.Load(BackupRig.Cancellation);
        state.Backups.Where(b => b.Type == BackupType.Incremental).ShouldHaveSingleItem();
        OplogTimeline.Of(state).Windows.ShouldHaveSingleItem();
    }

    private async Task<List<string>> Entries(IReadOnlyList<BackupEntry> slices)
    {
        var entries = new List<string>();
        foreach (var slice in slices) entries.AddRange((await _rig.Entries(slice.Root)).Select(e => Convert.ToHexString(e.Raw.Span)));
        return entries;
    }

    // all begun within one hour
    private async Task<List<BackupEntry>> ThreeSlices()
    {
        await _rig.Fill("things", 0, 20);
        await _rig.BackUp();
        var slices = new List<BackupEntry>();
        for (var n = 0; n < 3; n++)
        {
            await _rig.Fill("things", 20 + (10 * n), 10);
            slices.Add((await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup);
        }
        return slices;
    }
}
