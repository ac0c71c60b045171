using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Recovery;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Recovery;

/// <summary>The catalogue is older than what the nodes hold: it is noticed before anything is written, and recovery mends it, whoever wrote on the old head.</summary>
public sealed class RolledBackHeadTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RecoveryRig _rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_stops_writers_and_what_unpins_and_recovery_moves_the_head_forward(bool names)
    {
        (_rig.Repository.First.KeepsNames, _rig.Repository.Second.KeepsNames) = (names, names);
        await _rig.Repository.Create();
        await _rig.Record(1);
        var old = _rig.Repository.Memory.Head;
        await _rig.Record(2);
        await _rig.Record(3);
        var newest = _rig.Head;
        _rig.Repository.Memory.Head = old;
        var pins = _rig.First.PinNames.Keys.ToHashSet();

        foreach (var act in new Func<Task>[] { () => _rig.Manifest.Append([new BackupRemoved(default, Now, "old")], null, Cancellation), () => _rig.Manifest.LoadNewest("unpin removed backups", null, Cancellation) })
        {
            var error = await Should.ThrowAsync<BackupException>(act);
            error.Message.ShouldContain("revision 4");
            error.Hint.ShouldNotBeNull().ShouldContain("`backupfn recover`");
        }
        (await _rig.Manifest.Outdated(await _rig.Manifest.Load(Cancellation), Cancellation)).ShouldNotBeNull().ShouldContain("`backupfn recover`");
        _rig.First.PinNames.Keys.ToHashSet().SetEquals(pins).ShouldBeTrue();
        _rig.Repository.Memory.Head.ShouldBe(old);

        var result = await _rig.Recover();
        (result.Outcome, result.CatalogRevision, result.Revision).ShouldBe((RecoveryOutcome.Recovered, 2UL, 4UL));
        _rig.Head.ShouldBe(newest);
        (await _rig.Manifest.LoadNewest("unpin removed backups", null, Cancellation)).Revision.ShouldBe(4UL);
        (await _rig.Manifest.Outdated(await _rig.Manifest.Load(Cancellation), Cancellation)).ShouldBeNull();
        await _rig.Record(4);
        (await _rig.Listed()).ShouldBe([1U, 2U, 3U, 4U]);
    }

    [Fact]
    public async Task Two_branches_become_one_chain_with_everything_of_both()
    {
        await Fork(2, 3);
        var before = _rig.Repository.Memory.Head!;
        var result = await _rig.Recover();
        (result.Outcome, result.CatalogRevision, result.Revision).ShouldBe((RecoveryOutcome.Recovered, before.Revision, before.Revision + 1));
        result.Merged.Count.ShouldBe(2);
        (await _rig.Listed()).ShouldBe([1U, 10U, 11U, 20U, 21U, 22U]);
        var state = await _rig.Manifest.Load(Cancellation);
        foreach (var merged in result.Merged)
        {
            state.Knows(merged).ShouldBeTrue();
            _rig.First.PinNames.ShouldNotContainKey(merged);
            _rig.Second.PinNames.ShouldNotContainKey(merged);
        }
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.UpToDate);
        await _rig.Record(30);
        (await _rig.Listed()).ShouldBe([1U, 10U, 11U, 20U, 21U, 22U, 30U]);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(2, 2)]
    public async Task Branches_are_merged_without_a_catalogue_too(int old, int next)
    {
        await Fork(old, next);
        _rig.LoseCatalog();
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.Recovered);
        (await _rig.Listed()).ShouldBe([1U, .. Enumerable.Range(10, old).Select(i => (uint)i), .. Enumerable.Range(20, next).Select(i => (uint)i)]);
        await _rig.Record(30);
    }

    [Fact]
    public async Task A_branch_that_could_not_be_unpinned_stops_nobody_and_is_not_merged_twice()
    {
        await Fork(2, 3);
        _rig.Repository.Second.Refused = NodeCalls.Unpin;
        var merged = (await _rig.Recover()).Merged;
        _rig.Repository.Second.Refused = NodeCalls.None;
        _rig.Second.PinNames.ShouldContainKey(merged[0]);
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.UpToDate);
        await _rig.Record(30);
    }

    [Fact]
    public async Task Tombstones_win_whichever_branch_has_them()
    {
        await _rig.Repository.Create();
        var (one, two, three) = (await _rig.Record(1), await _rig.Record(2), await _rig.Record(3));
        var fork = _rig.Repository.Memory.Head!;
        // the one branch removes 1, records 4 and removes it again; the other removes 2
        await _rig.Manifest.Append([new BackupRemoved(one.Id, Now, "old")], null, Cancellation);
        var four = await _rig.Record(4);
        await _rig.Manifest.Append([new BackupRemoved(four.Id, Now, "asked for")], null, Cancellation);
        await Beside(fork, async () =>
        {
            await _rig.Manifest.Append([new BackupRemoved(two.Id, Now, "old")], null, Cancellation);
            for (var i = 0; i < 4; i++) await _rig.Record(20 + i);
        });
        await _rig.Recover();
        var state = await _rig.Manifest.Load(Cancellation);
        state.Backups.Select(b => b.StartOptime!.Seconds).ShouldBe([3U, 20U, 21U, 22U, 23U]);
        state.Removed.Select(t => t.Backup.Id).ShouldBe([one.Id, two.Id, four.Id], ignoreOrder: true);
        state.Backups.First().Id.ShouldBe(three.Id);
    }

    [Fact]
    public async Task What_the_other_branch_recorded_is_listed_only_when_it_is_still_there()
    {
        await Fork(2, 3);
        // pinning again gives the same roots
        var (unpinned, damaged) = ((await _rig.Pin(10)).Root, (await _rig.Pin(11)).Root);
        foreach (var node in new[] { _rig.First, _rig.Second })
        {
            node.PinNames.TryRemove(unpinned, out _);
            var index = await new UnixFsReader(new BlockReader([node])).Resolve(damaged, "index", Cancellation);
            node.Blocks.TryRemove(index, out _);
        }
        var result = await _rig.Recover();
        result.Warnings.Count.ShouldBe(2);
        result.Warnings.ShouldContain(w => w.Contains(unpinned.ToString(), StringComparison.Ordinal) && w.Contains("no node", StringComparison.Ordinal));
        (await _rig.Listed()).ShouldBe([1U, 20U, 21U, 22U]);
    }

    [Fact]
    public async Task A_head_that_names_what_cannot_be_read_is_not_taken_for_old()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var head = _rig.Repository.Memory.Head!;
        _rig.Repository.Memory.Kept.Clear();
        _rig.Repository.Memory.Head = head with { Revision = 50, Manifest = Cid.Raw([5]) };
        var error = await Should.ThrowAsync<BackupException>(() => _rig.Recover());
        error.Message.ShouldContain("revision 50");
        error.Hint.ShouldNotBeNull().ShouldContain("--accept-older");
        (await _rig.Recover(new(DryRun: true))).Warnings.ShouldContain(w => w.Contains("revision 50", StringComparison.Ordinal));
        var result = await _rig.Recover(new(AcceptOlder: true));
        // behind every number that was given out, so that nothing that comes back is newer
        result.Revision.ShouldBe(51UL);
        (await _rig.Listed()).ShouldBe([1U]);
        await _rig.Record(2);
    }

    [Fact]
    public async Task A_keyring_in_the_head_that_is_not_the_manifests_is_replaced()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        using var other = new TestRepository(seed: 7000);
        await other.Create();
        var head = _rig.Repository.Memory.Head!;
        _rig.Repository.Memory.Head = head with { Keyring = other.Memory.Head!.Keyring };
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.Recovered);
        _rig.Repository.Memory.Head!.Keyring.ToJson().ShouldBe(head.Keyring.ToJson());
    }

    [Fact]
    public async Task A_writer_that_moves_the_head_meanwhile_keeps_it()
    {
        await Fork(2, 3);
        var moved = _rig.Repository.Memory.Head! with { Fence = 7 };
        _rig.Repository.Memory.BeforeReplace = () =>
        {
            _rig.Repository.Memory.Head = moved;
            return Task.CompletedTask;
        };
        var pins = _rig.First.PinNames.Count;
        (await Should.ThrowAsync<BackupException>(() => _rig.Recover())).Kind.ShouldBe(ErrorKind.Locked);
        _rig.Repository.Memory.Head.ShouldBe(moved);
        _rig.First.PinNames.Count.ShouldBe(pins);
    }

    // backups 10, 11, … on one branch, 20, 21, … on the other, whose head is the catalogue's
    private async Task Fork(int old, int next)
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var fork = _rig.Repository.Memory.Head!;
        for (var i = 0; i < old; i++) await _rig.Record(10 + i);
        await Beside(fork, async () =>
        {
            for (var i = 0; i < next; i++) await _rig.Record(20 + i);
        });
    }

    private async Task Beside(CatalogHead fork, Func<Task> act)
    {
        var files = new UnixFsReader(new BlockReader(_rig.Repository.Nodes));
        var newer = new List<Cid>();
        for (Cid? at = _rig.Head; at is { } root && root != fork.Manifest; at = (await RevisionReader.ReadClaim(files, root, Cancellation))!.Previous) newer.Add(root);
        await _rig.WithoutPins(newer, async () =>
        {
            _rig.Repository.Memory.Head = fork;
            await act();
        });
    }
}
