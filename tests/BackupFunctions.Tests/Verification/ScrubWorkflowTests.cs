using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Verification;

public sealed class ScrubWorkflowTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);
    private bool _isFilled;

    private StoringNode First => _rig.Repository.First.Inner;

    private StoringNode Second => _rig.Repository.Second.Inner;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Whole_copies_are_read_whole_recorded_and_nobody_is_told()
    {
        await BackUp();
        await First.CollectGarbage();
        var expected = First.Blocks.Count;
        var result = await _rig.Scrub();
        result.Copies.ShouldAllBe(c => c.Fault == null && c.Problem == null && c.Healed == 0 && c.Lost == 0);
        result.Copies[0].Hashed.ShouldBe(expected);
        (await State()).Scrubs.Select(s => (s.Node, s.Slice, s.Slices, s.Hashed)).ShouldBe(result.Copies.Select(c => (c.Node, 0, 1, c.Hashed)));
        _rig.Alerts.All.ShouldNotContain(a => a.Event == "scrub.finding");
    }

    [Fact]
    public async Task A_revision_that_lost_its_pin_is_pinned_again_though_garbage_is_collected_just_before()
    {
        await BackUp();
        var revision = (await State()).Revisions[0];
        First.PinNames.TryRemove(revision, out _).ShouldBeTrue();
        await First.CollectGarbage();
        var (isHealed, isCollected) = (false, false);
        _rig.Repository.First.Before = async call =>
        {
            isHealed |= call == NodeCalls.Unpin;
            if (!isHealed || isCollected || call != NodeCalls.Pin) return;
            isCollected = true;
            await First.CollectGarbage();
        };

        var result = await _rig.Scrub();
        isCollected.ShouldBeTrue();
        result.Copies.ShouldAllBe(c => c.Fault == null && c.Lost + c.Unhealed == 0);
        First.PinNames.ShouldContainKey(revision);
        await First.CollectGarbage();
        (await _rig.Scrub()).Copies.ShouldAllBe(c => c.Healed == 0 && c.Repinned == 0 && c.Problem == null);
    }

    [Fact]
    public async Task What_no_copy_has_is_reported_with_every_backup_that_it_affects_and_these_are_no_base()
    {
        var older = await BackUp();
        await _rig.Fill("others", 0, 300);
        var newer = await BackUp();
        await _rig.Fill("others", 300, 5);
        var slice = (await _rig.BackUpIncrement()).Slices[^1].Backup;
        // a chunk that the older backup has, and the newer one shares
        var shared = (await Leaves(older.Root)).Intersect(await Leaves(newer.Root)).MaxBy(c => First.Blocks[c].Length);
        First.Blocks.TryRemove(shared, out var bytes);
        BitRot.Damage(Second, shared, new Random(1), remove: false);

        var result = await _rig.Scrub();
        result.Copies.ShouldAllBe(c => c.Lost == 1 && c.Unhealed == 0);
        result.Affected.ShouldBe([older.Id, newer.Id]);
        result.Affected.ShouldNotContain(slice.Id);
        var told = _rig.Alerts.All.Single(a => a.Event == "scrub.finding");
        (told.Level, told.Details["backups"]).ShouldBe((AlertLevel.Error, $"{older.Id} {newer.Id}"));
        var state = await State();
        (state.IsDamaged(older.Id), state.IsDamaged(newer.Id), state.IsDamaged(slice.Id)).ShouldBe((true, true, false));

        // the next one has no base and stores all anew, so that it lacks nothing, and is one itself
        var mending = await _rig.BackUp();
        mending.Warnings.ShouldContain(w => w.Contains("could not be healed", StringComparison.Ordinal));
        (await _rig.Scrub()).Affected.ShouldNotContain(mending.Backup.Id);
        (await _rig.BackUp()).Warnings.ShouldNotContain(w => w.Contains("could not be healed", StringComparison.Ordinal));

        // as if the disk had come back
        First.Blocks[shared] = bytes!;
        var after = await _rig.Scrub();
        (after.Lost, after.Affected.Count, Second.Blocks[shared].AsSpan().SequenceEqual(bytes)).ShouldBe((0, 0, true));
        (await State()).Damaged.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_run_reads_the_next_slice_until_every_block_of_each_node_was_read()
    {
        const int Slices = 3;
        await BackUp();
        var all = await Leaves((await BackUp()).Root);
        var read = new[] { Reads(_rig.Repository.First), Reads(_rig.Repository.Second) };
        for (var run = 0; run < Slices; run++) (await _rig.Scrub(Slices)).Copies.ShouldAllBe(c => c.Slice == run && c.Slices == Slices);
        foreach (var reads in read) reads.Where(all.Contains).ShouldBe(all, ignoreOrder: true);
        (await _rig.Scrub(Slices)).Copies.ShouldAllBe(c => c.Slice == 0);
    }

    [Fact]
    public async Task What_backups_share_is_read_once()
    {
        await BackUp();
        await BackUp();
        var all = await Leaves((await BackUp()).Root);
        var leaves = Reads(_rig.Repository.First);
        await _rig.Scrub();
        leaves.Where(all.Contains).ShouldBe(all, ignoreOrder: true);
    }

    [Fact]
    public async Task A_lost_pin_is_set_again_with_all_below_it()
    {
        var backup = await BackUp();
        Second.PinNames.TryRemove(backup.Root, out _);
        (await Second.CollectGarbage()).ShouldBeGreaterThan(0);
        var result = await _rig.Scrub();
        (result.Copies[1].Repinned, result.Lost, result.Unhealed, result.IsComplete).ShouldBe((1, 0, 0, true));
        Second.PinNames.ShouldContainKey(backup.Root);
        await Second.CollectGarbage();
        foreach (var leaf in await Leaves(backup.Root)) Second.Blocks.ShouldContainKey(leaf);
    }

    [Fact]
    public async Task A_revision_of_the_manifest_that_a_node_lost_comes_back()
    {
        await BackUp();
        var head = (await State()).Head!.Value;
        First.PinNames.TryRemove(head, out _);
        First.Blocks.TryRemove(head, out _);
        (await _rig.Scrub()).Copies[0].Healed.ShouldBe(1);
        (First.PinNames.ContainsKey(head), First.Blocks.ContainsKey(head)).ShouldBe((true, true));
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_says_nothing_about_the_other_and_its_slice_is_read_next_time()
    {
        await BackUp();
        BitRot.Damage(First, (await Leaves((await State()).Latest()!.Root)).First(), new Random(2));
        _rig.Repository.Second.Refused = NodeCalls.All;
        var result = await _rig.Scrub();
        result.IsComplete.ShouldBeFalse();
        // the other copy may have it
        (result.Copies[0].Unhealed, result.Copies[0].Lost, result.Copies[1].Fault is null).ShouldBe((1, 0, false));
        (await State()).Scrubs.ShouldHaveSingleItem().Node.ShouldBe(result.Copies[0].Node);
        _rig.Repository.Second.Refused = NodeCalls.None;
        var after = await _rig.Scrub();
        (after.Copies[0].Healed, after.Unhealed, after.IsComplete).ShouldBe((1, 0, true));
        (await State()).Damaged.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_local_vault_is_read_and_healed_and_heals()
    {
        var vault = new StoringNode("vault");
        _rig.LocalVault = vault;
        var leaves = (await Leaves((await BackUp()).Root)).ToList();
        BitRot.Damage(vault, leaves[0], new Random(3), remove: false);
        BitRot.Damage(First, leaves[1], new Random(3));
        BitRot.Damage(Second, leaves[1], new Random(3));
        var result = await _rig.Scrub();
        result.Copies.Select(c => (c.Healed, c.Lost)).ShouldBe([(1, 0), (1, 0), (1, 0)]);
    }

    private async Task<BackupEntry> BackUp(int documents = 600)
    {
        if (!_isFilled) await _rig.Fill("things", 0, documents);
        _isFilled = true;
        return (await _rig.BackUp()).Backup;
    }

    private Task<ManifestState> State() => _rig.Manifest.Load(BackupRig.Cancellation);

    private async Task<HashSet<Cid>> Leaves(Cid root)
    {
        var leaves = new HashSet<Cid>();
        await foreach (var cid in DagWalk.From(root, new BlockReader(_rig.Repository.Nodes).Read, cancellationToken: BackupRig.Cancellation))
        {
            if (cid.Codec == Cid.RawCodec) leaves.Add(cid);
        }
        return leaves;
    }

    // what is read from now on, as often as it is
    private static List<Cid> Reads(FaultyNode node)
    {
        var cids = new List<Cid>();
        node.Alters = (cid, bytes) =>
        {
            lock (cids) cids.Add(cid);
            return bytes;
        };
        return cids;
    }
}
