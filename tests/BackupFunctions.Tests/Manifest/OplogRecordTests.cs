using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Tests.Repositories;
using static BackupFunctions.Tests.Manifest.OplogEntries;

namespace BackupFunctions.Tests.Manifest;

public sealed class OplogRecordTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Coverage_that_continues_coverage_becomes_one_stretch_unless_a_backup_joins_in_between()
    {
        var manifest = await _repository.Create();
        await manifest.Append([new BackupRecorded(Full(1, 10, 20)), Covered(20, 24)], null, Cancellation);
        await manifest.Append([Covered(24, 28)], null, Cancellation);
        await manifest.Append([new BackupRecorded(Full(2, 20, 28))], null, Cancellation);
        await manifest.Append([Covered(28, 30)], null, Cancellation);
        var state = await _repository.Manifest().Load(Cancellation);
        state.Coverage.Select(c => (c.After, c.Through)).ShouldBe([(Mark(20), Mark(28)), (Mark(28), Mark(30))]);
    }

    [Fact]
    public async Task A_checkpoint_holds_coverage_and_gaps()
    {
        var manifest = await _repository.Create();
        await manifest.Append([new BackupRecorded(Full(1, 10, 20)), Covered(20, 24), Lost(24)], null, Cancellation);
        var before = await manifest.Load(Cancellation);
        for (var revision = before.Revision; revision < 257; revision++) await manifest.Append([], null, Cancellation);
        var after = await _repository.Manifest().Load(Cancellation);
        after.Checkpoint.ShouldNotBeNull();
        after.Coverage.ShouldBe(before.Coverage);
        after.Gaps.ShouldBe(before.Gaps);
    }

    [Fact]
    public async Task What_is_recorded_twice_is_there_once()
    {
        var manifest = await _repository.Create();
        var record = new RecordActivity(manifest);
        var input = new RecordInput([Lost(20), new BackupRecorded(Slice(2, 20, 30)), Covered(30, 34)], 1);
        var first = await record.Run(input, Cancellation);
        (await record.Run(input, Cancellation)).Revision.ShouldBe(first.Revision);
        (await record.Run(new([Covered(34, 36)], 1), Cancellation)).Revision.ShouldBe(first.Revision + 1);
        (await manifest.Load(Cancellation)).Gaps.ShouldHaveSingleItem();
    }
}
