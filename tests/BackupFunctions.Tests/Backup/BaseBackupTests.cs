using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Backup;

/// <summary>What of the last backup is used again, and when it must not be.</summary>
public sealed class BaseBackupTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private const int Documents = 1_000;
    // one range, so that the same data is cut the same without a base too
    private readonly BackupRig _rig = new(server) { RangeBytes = 100_000_000 };

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task An_unchanged_backup_that_both_nodes_hold_is_used_again()
    {
        var (first, second) = await TwoBackups(() => { });
        second.NewBytes.ShouldBeLessThan(first.NewBytes / 50);
        second.StoredBytes.ShouldBe(first.StoredBytes);
    }

    [Fact]
    public async Task A_base_whose_pin_a_node_lost_is_pinned_again_and_then_used()
    {
        var (first, second) = await TwoBackups(() => _rig.Repository.Second.Inner.PinNames.Clear());
        _rig.Repository.Second.Inner.PinNames.ShouldContainKey(first.Root);
        second.NewBytes.ShouldBeLessThan(first.NewBytes / 50);
        second.IsDegraded.ShouldBeFalse();
    }

    [Fact]
    public async Task A_node_that_is_down_when_a_backup_is_planned_leaves_a_degraded_backup_and_no_failure()
    {
        await _rig.Fill("things", 0, Documents);
        await _rig.BackUp();
        _rig.Repository.Second.Refused = NodeCalls.All;
        var result = await _rig.BackUp();
        result.Backup.Copies.ShouldHaveSingleItem().Node.ShouldBe("node 1");
        result.Warnings.ShouldContain(w => w.Contains("node 2", StringComparison.Ordinal));
        // what is staged for the other node is the whole backup
        result.Backup.NewBytes.ShouldBeGreaterThan(result.Backup.StoredBytes);
    }

    [Fact]
    public async Task A_node_that_lost_blocks_of_the_base_and_still_shows_it_pinned_is_mended_by_the_next_backup()
    {
        await _rig.Fill("things", 0, Documents);
        await _rig.BackUp();
        var node = _rig.Repository.Second.Inner;
        var victim = node.Blocks.Where(b => b.Key.Codec == Cid.RawCodec).MaxBy(b => b.Value.Length).Key;
        node.Blocks[victim] = [0];
        var next = await _rig.BackUp();
        next.Backup.IsDegraded.ShouldBeFalse();
        next.Warnings.ShouldContain(w => w.Contains("had not kept 1 blocks", StringComparison.Ordinal));
        victim.Matches(node.Blocks[victim]).ShouldBeTrue();
    }

    [Fact]
    public async Task A_base_whose_index_is_damaged_everywhere_does_not_stop_the_next_backup()
    {
        await _rig.Fill("things", 0, Documents);
        var first = (await _rig.BackUp()).Backup;
        Destroy(await Resolve(first.Root, "index"));
        var result = await _rig.BackUp();
        result.Backup.IsDegraded.ShouldBeFalse();
        result.Warnings.ShouldHaveSingleItem().ShouldContain(first.Id.ToString());
        await _rig.Drop();
        (await _rig.Restore(result.Backup.Root)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_chunk_list_of_the_base_that_is_damaged_everywhere_is_written_again()
    {
        await _rig.Fill("things", 0, Documents);
        var first = (await _rig.BackUp()).Backup;
        Destroy(await Resolve(first.Root, "lists/000/000"));
        var result = await _rig.BackUp();
        result.Backup.IsDegraded.ShouldBeFalse();
        await _rig.Drop();
        (await _rig.Restore(result.Backup.Root)).Differences.ShouldBeEmpty();
    }

    private async Task<(BackupEntry First, BackupEntry Second)> TwoBackups(Action between)
    {
        await _rig.Fill("things", 0, Documents);
        var first = (await _rig.BackUp()).Backup;
        between();
        return (first, (await _rig.BackUp()).Backup);
    }

    private async Task<Cid> Resolve(Cid root, string path) =>
        await new UnixFsReader(new BlockReader(_rig.Repository.Nodes)).Resolve(root, path, BackupRig.Cancellation);

    private void Destroy(Cid cid)
    {
        foreach (var node in new[] { _rig.Repository.First.Inner, _rig.Repository.Second.Inner }) node.Blocks[cid] = [0];
    }
}
