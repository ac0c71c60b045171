using BackupFunctions.Backup;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Tests.Manifest;

namespace BackupFunctions.Tests.Repositories;

public sealed class RepositoryLockTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RepositoryLock Lock => new(_repository.Catalog, _repository.Time);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Shared_holders_are_there_together_and_keep_an_exclusive_one_out_until_they_let_go()
    {
        await _repository.Create();
        await Take("a", LockMode.Shared);
        await Take("b", LockMode.Shared);
        (await ShouldBeLocked(() => Take("c", LockMode.Exclusive))).Message.ShouldContain("work of a");
        await Lock.Release("a", Cancellation);
        await ShouldBeLocked(() => Take("c", LockMode.Exclusive));
        await Lock.Release("b", Cancellation);
        await Lock.Release("b", Cancellation);
        await Take("c", LockMode.Exclusive);
        await ShouldBeLocked(() => Take("d", LockMode.Shared));
        await ShouldBeLocked(() => Take("d", LockMode.Exclusive));
    }

    [Fact]
    public async Task Before_there_is_a_repository_a_shared_holder_leaves_nothing_until_it_claims_a_backup()
    {
        var first = await Take("first", LockMode.Shared);
        _repository.Memory.Locks.Version.ShouldBe(0);
        await Lock.Renew(first, [BackupId.At(_repository.Time.GetUtcNow(), new Guid(1, 2, 3, new byte[8]))], Cancellation);
        (await Lock.BackupsOfOthers("other", Cancellation)).Count.ShouldBe(1);
        await ShouldBeLocked(() => Take("c", LockMode.Exclusive));
        await Lock.Release("first", Cancellation);
        _repository.Memory.Locks.Holders.ShouldBeEmpty();
    }

    [Fact]
    public async Task Taking_twice_is_holding_once()
    {
        await _repository.Create();
        var first = await Take("a", LockMode.Shared);
        (await Take("a", LockMode.Shared)).Fence.ShouldBe(first.Fence);
        await Lock.Release("a", Cancellation);
        await Take("b", LockMode.Exclusive);
    }

    [Fact]
    public async Task A_holder_that_died_counts_until_its_time_is_over_and_one_that_renews_goes_on()
    {
        await _repository.Create();
        await Take("dead", LockMode.Shared);
        var alive = await Take("alive", LockMode.Shared);
        for (var minute = 0; minute < 6; minute++)
        {
            await ShouldBeLocked(() => Take("c", LockMode.Exclusive));
            _repository.Time.Advance(TimeSpan.FromMinutes(1));
            await Lock.Renew(alive, [], Cancellation);
        }
        await ShouldBeLocked(() => Take("c", LockMode.Exclusive));
        await Lock.Release("alive", Cancellation);
        await Take("c", LockMode.Exclusive);
    }

    [Fact]
    public async Task Who_was_silent_for_too_long_may_go_on_if_nobody_locked_it_out_meanwhile()
    {
        await _repository.Create();
        var slow = await Take("slow", LockMode.Shared);
        _repository.Time.Advance(RepositoryLock.Lease * 2);
        await Lock.Renew(slow, [], Cancellation);
        await ShouldBeLocked(() => Take("c", LockMode.Exclusive));

        _repository.Time.Advance(RepositoryLock.Lease * 2);
        await Take("c", LockMode.Exclusive);
        await ShouldBeLocked(() => Lock.Renew(slow, [], Cancellation));
    }

    [Fact]
    public async Task Nothing_is_recorded_behind_the_fence_of_an_exclusive_holder_even_when_it_has_let_go()
    {
        var manifest = await _repository.Create();
        var slow = await Take("slow", LockMode.Shared);
        await manifest.Append(Entries.Change(1), slow.Fence, Cancellation);
        _repository.Time.Advance(RepositoryLock.Lease * 2);
        var cleanup = await Take("cleanup", LockMode.Exclusive);
        await manifest.Append(Entries.Change(2), cleanup.Fence, Cancellation);
        await Lock.Release("cleanup", Cancellation);
        await ShouldBeLocked(() => manifest.Append(Entries.Change(3), slow.Fence, Cancellation));
        (await manifest.Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
        await manifest.Append(Entries.Change(4), (await Take("next", LockMode.Shared)).Fence, Cancellation);
    }

    [Fact]
    public async Task A_writer_that_is_fenced_off_between_reading_the_head_and_moving_it_records_nothing()
    {
        var manifest = await _repository.Create();
        var slow = await Take("slow", LockMode.Shared);
        _repository.Memory.BeforeReplace = async () =>
        {
            _repository.Memory.BeforeReplace = null;
            _repository.Time.Advance(RepositoryLock.Lease * 2);
            await Take("cleanup", LockMode.Exclusive);
        };
        await ShouldBeLocked(() => manifest.Append(Entries.Change(3), slow.Fence, Cancellation));
        (await manifest.Load(Cancellation)).Backups.ShouldBeEmpty();
    }

    [Fact]
    public async Task Staged_backups_are_their_holders_own_while_it_is_there()
    {
        var backup = BackupId.At(_repository.Time.GetUtcNow(), new Guid(1, 2, 3, new byte[8]));
        var holder = await Take("a", LockMode.Shared);
        await Lock.Renew(holder, [backup], Cancellation);
        (await Lock.BackupsOfOthers("a", Cancellation)).ShouldBeEmpty();
        (await Lock.BackupsOfOthers("b", Cancellation)).ShouldBe([backup]);
        _repository.Time.Advance(RepositoryLock.Lease);
        (await Lock.BackupsOfOthers("b", Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_many_that_want_it_exclusively_at_once_one_gets_it()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(async () =>
        {
            try
            {
                await Take($"holder {n}", LockMode.Exclusive);
                return 1;
            }
            catch (BackupException e) when (e.Kind == ErrorKind.Locked)
            {
                return 0;
            }
        })));
        results.Sum().ShouldBe(1);
    }

    private Task<LockHolder> Take(string id, LockMode mode) => Lock.Take(id, mode, $"work of {id}", Cancellation);

    private static async Task<BackupException> ShouldBeLocked(Func<Task> act)
    {
        var error = await Should.ThrowAsync<BackupException>(act);
        error.Kind.ShouldBe(ErrorKind.Locked);
        return error;
    }
}
