using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Restore;

public sealed class RestoreFromNodesTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restore_goes_on_when_either_node_is_dead(bool first)
    {
        var backup = await Prepare();
        (first ? _rig.Repository.First : _rig.Repository.Second).Refused = NodeCalls.All;
        ShouldBeWhole(await _rig.Restore(backup.Root), backup);
    }

    [Fact]
    public async Task A_restore_goes_on_when_each_node_has_other_wrong_and_missing_blocks()
    {
        var backup = await Prepare();
        var cids = _rig.Repository.First.Inner.Blocks.Keys.OrderBy(c => c.ToString()).ToList();
        for (var i = 0; i < cids.Count; i++)
        {
            var node = (i % 2 == 0 ? _rig.Repository.First : _rig.Repository.Second).Inner;
            if (i % 4 < 2) node.Blocks.TryRemove(cids[i], out _);
            else node.Blocks[cids[i]] = [1, 2, 3];
        }
        ShouldBeWhole(await _rig.Restore(backup.Root), backup);
    }

    [Fact]
    public async Task A_block_that_is_wrong_on_both_nodes_ends_the_restore_and_is_named()
    {
        var backup = await Prepare();
        var victim = _rig.Repository.First.Inner.Blocks.Where(b => b.Key.Codec == BackupFunctions.Ipfs.Cid.RawCodec).MaxBy(b => b.Value.Length).Key;
        foreach (var node in new[] { _rig.Repository.First.Inner, _rig.Repository.Second.Inner }) node.Blocks[victim] = [9];
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(backup.Root));
        (error.Kind, error.Message.Contains(victim.ToString(), StringComparison.Ordinal)).ShouldBe((ErrorKind.Corrupt, true));
    }

    [Fact]
    public async Task A_block_that_no_node_has_is_not_found()
    {
        var backup = await Prepare();
        var victim = _rig.Repository.First.Inner.Blocks.MaxBy(b => b.Value.Length).Key;
        foreach (var node in new[] { _rig.Repository.First.Inner, _rig.Repository.Second.Inner }) node.Blocks.TryRemove(victim, out _);
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(backup.Root))).Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public async Task A_restore_that_failed_halfway_goes_on_when_it_is_asked_for_again_and_leaves_nothing_behind()
    {
        var backup = await Prepare();
        var victim = _rig.Repository.First.Inner.Blocks.MaxBy(b => b.Value.Length);
        var nodes = new[] { _rig.Repository.First.Inner, _rig.Repository.Second.Inner };
        foreach (var node in nodes) node.Blocks.TryRemove(victim.Key, out _);
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(backup.Root));
        foreach (var node in nodes) node.Blocks[victim.Key] = victim.Value;

        var result = await _rig.Restore(backup.Root);
        ShouldBeWhole(result, backup);
        result.Warnings.ShouldContain(w => w.StartsWith("goes on with the same restore", StringComparison.Ordinal));
        (await _rig.State(new(backup.Root, [], [], false, false)).HasBegun(BackupRig.Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_restore_than_the_one_that_failed_does_not_go_on_with_it()
    {
        var backup = await Prepare();
        foreach (var node in new[] { _rig.Repository.First.Inner, _rig.Repository.Second.Inner }) node.Blocks.TryRemove(node.Blocks.MaxBy(b => b.Value.Length).Key, out _);
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(backup.Root));
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(backup.Root, include: [$"{_rig.Database}.one"]));
        (error.Message.Contains("exist already", StringComparison.Ordinal), error.Hint!.Contains("(`drop`, on the command line `--drop`)", StringComparison.Ordinal)).ShouldBe((true, true));
    }

    private async Task<BackupFunctions.Manifest.BackupEntry> Prepare()
    {
        await _rig.Fill("one", 0, 500);
        await _rig.Fill("two", 0, 20);
        var backup = (await _rig.BackUp()).Backup;
        await _rig.Drop();
        return backup;
    }

    private static void ShouldBeWhole(BackupFunctions.Restore.RestoreResult result, BackupFunctions.Manifest.BackupEntry backup)
    {
        result.Differences.ShouldBeEmpty();
        (result.Documents, result.Bytes).ShouldBe((backup.Documents, backup.Bytes));
    }
}
