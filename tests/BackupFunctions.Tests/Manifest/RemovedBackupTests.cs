using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Manifest;

public sealed class RemovedBackupTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_removed_backup_is_not_listed_and_its_tombstone_stays_until_it_is_unpinned()
    {
        var manifest = await _repository.Create();
        await manifest.Append([.. Entries.Change(1), .. Entries.Change(2)], null, Cancellation);
        await manifest.Append([new BackupRemoved(Entries.Entry(1).Id, Now, "older than 90 days")], null, Cancellation);

        var state = await _repository.Manifest().Load(Cancellation);
        state.Numbers().ShouldBe(["2"]);
        Should.Throw<BackupException>(() => state.Find(Entries.Entry(1).Id.ToString())).Kind.ShouldBe(ErrorKind.NotFound);
        var tombstone = state.Removed.ShouldHaveSingleItem();
        (tombstone.Backup.Root, tombstone.At, tombstone.Reason).ShouldBe((Entries.Entry(1).Root, Now, "older than 90 days"));

        await manifest.Append([new BackupUnpinned(Entries.Entry(1).Id)], null, Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Removed.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_removal_wins_over_whatever_is_recorded_about_the_backup_behind_it()
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), null, Cancellation);
        await manifest.Append([new BackupRemoved(Entries.Entry(1).Id, Now, "asked for")], null, Cancellation);
        var late = Entries.Entry(1);
        await manifest.Append([.. Entries.Change(1), new CopyRecorded(late.Id, late.Copies[0]), new ProtectionChanged(late.Id, true)], null, Cancellation);

        var state = await _repository.Manifest().Load(Cancellation);
        state.Backups.ShouldBeEmpty();
        state.Removed.ShouldHaveSingleItem();
        state.Holds(new BackupRecorded(late)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_checkpoint_holds_tombstones_protection_and_failures()
    {
        var manifest = await _repository.Create();
        await manifest.Append([.. Enumerable.Range(1, 300).SelectMany(Entries.Change)], null, Cancellation);
        await manifest.Append([.. Enumerable.Range(1, 280).Select(n => new BackupRemoved(Entries.Entry(n).Id, Now, "rule"))], null, Cancellation);
        await manifest.Append([new ProtectionChanged(Entries.Entry(290).Id, true), Failed(Now, ErrorKind.OplogGap)], null, Cancellation);
        while ((await manifest.Load(Cancellation)).Revision < 257) await manifest.Append([], null, Cancellation);

        var state = await _repository.Manifest().Load(Cancellation);
        state.Checkpoint.ShouldNotBeNull();
        state.Removed.Count().ShouldBe(280);
        state.Backups.Where(b => b.IsProtected).Select(b => b.Id).ShouldBe([Entries.Entry(290).Id]);
        state.Failures.ShouldBe([Failed(Now, ErrorKind.OplogGap)]);
    }

    [Fact]
    public async Task A_run_that_fails_again_and_again_is_one_failure_an_hour()
    {
        var manifest = await _repository.Create();
        await manifest.Append([Failed(Now, ErrorKind.Failed)], null, Cancellation);
        var state = await manifest.Load(Cancellation);
        state.Holds(Failed(Now.AddMinutes(59), ErrorKind.Failed)).ShouldBeTrue();
        state.Holds(Failed(Now.AddMinutes(59), ErrorKind.OplogGap)).ShouldBeFalse();
        state.Holds(Failed(Now.AddMinutes(61), ErrorKind.Failed)).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_the_newest_thousand_failures_are_kept()
    {
        var manifest = await _repository.Create();
        await manifest.Append([.. Enumerable.Range(0, 1003).Select(n => Failed(Now.AddHours(n), ErrorKind.Failed))], null, Cancellation);
        var failures = (await manifest.Load(Cancellation)).Failures;
        (failures.Count, failures[0].Started).ShouldBe((1000, Now.AddHours(3)));
    }

    private static RunFailed Failed(DateTimeOffset at, ErrorKind reason) => new(BackupType.Full, at, at.AddSeconds(1), reason);
}
