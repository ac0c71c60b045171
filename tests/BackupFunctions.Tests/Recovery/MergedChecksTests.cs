using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Recovery;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Recovery;

/// <summary>Two branches that both scrubbed, drilled or changed keys become one: what is newer counts, whichever branch it stood on.</summary>
public sealed class MergedChecksTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RecoveryRig _rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_newer_scrub_of_the_same_blocks_says_what_is_damaged(bool newerFoundDamage)
    {
        await _rig.Repository.Create();
        var one = await _rig.Record(1);
        // the branch that is merged has scrubbed before the chain did
        await Fork(
            async () => await Append(Scrub(1, 0, 4, newerFoundDamage ? [] : [one.Id]), Scrub(1, 1, 4, [one.Id])),
            async () => await Append(Scrub(2, 0, 4, newerFoundDamage ? [one.Id] : []), Scrub(3, 2, 4, [])));
        await _rig.Recover();
        var state = await State();
        state.Scrubs.Select(s => (s.At - Start).TotalDays).ShouldBe([1, 1, 2, 3]);
        // slice 1 was read on the other branch alone
        state.Damaged.Select(d => d.Slice).Order().ShouldBe(newerFoundDamage ? [0, 1] : [1]);
    }

    [Fact]
    public async Task An_older_scrub_of_everything_clears_nothing_that_was_found_later()
    {
        await _rig.Repository.Create();
        var one = await _rig.Record(1);
        await Fork(async () => await Append(Scrub(1, 0, 1, [])), async () => await Append(Scrub(2, 3, 4, [one.Id]), Drill(2, DrillOutcome.Failed)));
        await _rig.Recover();
        (await State()).Damaged.ShouldHaveSingleItem().Slice.ShouldBe(3);
    }

    [Fact]
    public async Task The_last_proven_drill_is_the_newest_of_both_branches_and_none_is_lost_or_twice()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        await Fork(
            async () => await Append(Drill(1, DrillOutcome.Proven), Drill(3, DrillOutcome.Replayed)),
            async () => await Append(Drill(2, DrillOutcome.Proven), Drill(4, DrillOutcome.Failed)));
        await _rig.Recover();
        var state = await State();
        state.Drills.Select(d => (d.At - Start).TotalDays).ShouldBe([1, 2, 3, 4]);
        state.LastProvenDrill!.At.ShouldBe(Start.AddDays(2));
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.UpToDate);
        (await State()).Drills.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_scrub_whose_backup_the_other_branch_removed_lists_no_damage_of_it()
    {
        await _rig.Repository.Create();
        var (one, two) = (await _rig.Record(1), await _rig.Record(2));
        await Fork(async () => await Append(Scrub(1, 0, 1, [one.Id, two.Id])), async () => await Append(new BackupRemoved(one.Id, Start, "old"), Drill(1, DrillOutcome.Proven)));
        await _rig.Recover();
        (await State()).Damaged.ShouldHaveSingleItem().Backup.ShouldBe(two.Id);
    }

    [Fact]
    public async Task On_the_chain_itself_the_order_of_recording_counts_whatever_the_clock_says()
    {
        var manifest = await _rig.Repository.Create();
        var one = await _rig.Record(1);
        await manifest.Append([Scrub(9, 0, 4, [one.Id])], null, Cancellation);
        await manifest.Append([Scrub(2, 0, 4, [])], null, Cancellation);
        var state = await State();
        (state.Damaged.Count, (state.Scrubs[^1].At - Start).TotalDays).ShouldBe((0, 2));
    }

    [Fact]
    public async Task Slots_that_the_other_branch_added_do_not_count_and_are_told()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        await Fork(
            async () => await _rig.Repository.Slots(newKey: TestRepository.OtherKey).Add("new", Cancellation),
            async () =>
            {
                await _rig.Record(20);
                await _rig.Record(21);
            });
        var result = await _rig.Recover();
        result.Warnings.ShouldHaveSingleItem().ShouldContain("changed key slots (new added)");
        (await State()).Backups.Count().ShouldBe(3);
        _rig.Repository.Memory.Head!.Keyring.Slots.ShouldHaveSingleItem().Context.Id.ShouldBe("1");
        await _rig.Record(30);
        await _rig.Repository.Slots(newKey: TestRepository.OtherKey).Add("new", Cancellation);
        (await State()).KeyChanges.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_keyring_of_the_newest_revision_counts_where_the_one_that_changed_it_is_lost()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        await _rig.Repository.Slots(newKey: TestRepository.OtherKey).Add("first", Cancellation);
        await _rig.Repository.Slots(TestRepository.OtherKey).Remove("1", Cancellation);
        var lost = _rig.Head;
        var after = _rig.Repository.Manifest(_rig.Repository.Session(TestRepository.OtherKey));
        await after.Append([Drill(1, DrillOutcome.Proven)], null, Cancellation);
        foreach (var node in new[] { _rig.First, _rig.Second }) await _rig.LoseRevision(node, lost);
        _rig.LoseCatalog();
        (await _rig.Recover(key: TestRepository.OtherKey)).Outcome.ShouldBe(RecoveryOutcome.Recovered);
        var state = await after.Load(Cancellation);
        state.KeyChanges[^1].Keyring.ShouldBe(_rig.Repository.Memory.Head!.Keyring.Digest);
        (state.Backups.Count(), state.Drills.Count).ShouldBe((1, 1));
    }

    // the one branch is merged into the other, which is longer and whose head is the catalogue's
    private async Task Fork(Func<Task> one, Func<Task> other)
    {
        var fork = _rig.Repository.Memory.Head!;
        await one();
        var files = new UnixFsReader(new BlockReader(_rig.Repository.Nodes));
        var newer = new List<Cid>();
        for (Cid? at = _rig.Head; at is { } root && root != fork.Manifest; at = (await RevisionReader.ReadClaim(files, root, Cancellation))!.Previous) newer.Add(root);
        await _rig.WithoutPins(newer, async () =>
        {
            _rig.Repository.Memory.Head = fork;
            await other();
            await _rig.Manifest.Append([], null, Cancellation);
        });
    }

    private async Task Append(params ManifestChange[] changes)
    {
        foreach (var change in changes) await _rig.Manifest.Append([change], null, Cancellation);
    }

    private Task<ManifestState> State() => _rig.Manifest.Load(Cancellation);

    private static ScrubRecorded Scrub(int day, int slice, int slices, IReadOnlyList<BackupId> affected) =>
        new("id of node 1", "node 1", Start.AddDays(day), slice, slices, 10, 0, affected.Count, 0, affected);

    private static DrillRecorded Drill(int day, DrillOutcome outcome) => new(Start.AddDays(day), null, null, outcome, TimeSpan.FromSeconds(1), 1, 1, null);
}
