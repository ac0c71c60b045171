using BackupFunctions.Manifest;
using BackupFunctions.Recovery;

namespace BackupFunctions.Tests.Recovery;

/// <summary>Revisions are lost on every node: what is left counts, and backups speak for themselves.</summary>
public sealed class LostRevisionTests : IDisposable
{
    private readonly RecoveryRig _rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task One_node_that_has_the_newest_revision_is_enough()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var newest = _rig.Head;
        await _rig.LoseRevision(_rig.First, newest);
        _rig.LoseCatalog();
        var result = await _rig.Recover();
        (result.Manifest, result.Warnings.Count).ShouldBe((newest, 0));
        _rig.First.Blocks.ShouldContainKey(newest);
    }

    [Fact]
    public async Task Backups_of_a_newest_revision_that_is_lost_are_listed_again_by_themselves()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var lost = await _rig.Record(2);
        await Lose(_rig.Head);
        _rig.LoseCatalog();

        var result = await _rig.Recover();
        result.Relisted.ShouldHaveSingleItem().Id.ShouldBe(lost.Id);
        result.Warnings.ShouldNotBeEmpty();
        var entry = (await _rig.Manifest.Load(Cancellation)).Latest().ShouldNotBeNull();
        // it is what it was, but nobody has verified it since
        (entry.Root, entry.Started, entry.IsDegraded, entry.Copies.Count).ShouldBe((lost.Root, lost.Started, true, 0));
        await _rig.Record(3);
        (await _rig.Listed()).ShouldBe([1U, 2U, 3U]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_chain_that_is_broken_in_the_middle_goes_on_from_what_is_left(int at)
    {
        await _rig.Repository.Create();
        var roots = new List<BackupFunctions.Ipfs.Cid> { _rig.Head };
        for (var i = 1; i < 6; i++)
        {
            await _rig.Record(i);
            roots.Add(_rig.Head);
        }
        await Lose(roots[at]);
        _rig.LoseCatalog();
        var result = await _rig.Recover();
        (result.Outcome, result.Revision).ShouldBe((RecoveryOutcome.Recovered, 7UL));
        (await _rig.Listed()).ShouldBe([1U, 2U, 3U, 4U, 5U]);
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.UpToDate);
        await _rig.Record(6);
        (await _rig.Listed()).ShouldBe([1U, 2U, 3U, 4U, 5U, 6U]);
    }

    [Fact]
    public async Task A_removed_backup_stays_removed_when_revisions_are_lost()
    {
        await _rig.Repository.Create();
        var removed = await _rig.Record(1);
        await _rig.Manifest.Append([new BackupRemoved(removed.Id, DateTimeOffset.UnixEpoch, "old")], null, Cancellation);
        await _rig.Record(2);
        await Lose(_rig.Head);
        _rig.LoseCatalog();
        await _rig.Recover();
        (await _rig.Listed()).ShouldBe([2U]);
    }

    [Fact]
    public async Task A_recovery_kit_that_knows_a_newer_revision_stops_it_unless_the_older_is_accepted()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var lost = await _rig.Record(2);
        var kit = new RecoveryKit(RecoveryKit.CurrentFormat, _rig.Id, 3, _rig.Head, ["1"], []);
        foreach (var node in new[] { _rig.First, _rig.Second }) node.PinNames.TryRemove(_rig.Head, out _);
        await Lose(_rig.Head);
        _rig.LoseCatalog();

        var error = await Should.ThrowAsync<BackupException>(() => _rig.Recover(new(Kit: kit)));
        error.Message.ShouldContain("the recovery kit knows revision 3");
        error.Hint.ShouldNotBeNull().ShouldContain("--accept-older");
        _rig.Repository.Memory.Head.ShouldBeNull();
        var result = await _rig.Recover(new(Kit: kit, AcceptOlder: true));
        (result.Revision, result.Relisted.ShouldHaveSingleItem().Id).ShouldBe((4UL, lost.Id));
        (await _rig.Listed()).ShouldBe([1U, 2U]);
    }

    [Fact]
    public async Task Quick_copies_in_the_catalogue_give_back_a_revision_that_nodes_lost()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        await Lose(_rig.Head);
        (await _rig.Recover()).Warnings.ShouldBeEmpty();
        _rig.First.Blocks.ShouldContainKey(_rig.Head);
    }

    private async Task Lose(BackupFunctions.Ipfs.Cid revision)
    {
        await _rig.LoseRevision(_rig.First, revision);
        await _rig.LoseRevision(_rig.Second, revision);
    }
}
