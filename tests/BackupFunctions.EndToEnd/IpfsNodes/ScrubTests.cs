using BackupFunctions.EndToEnd.Engine;
using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.EndToEnd.IpfsNodes;

/// <summary>A scrub of two real js-ipfs nodes, in both ways of speaking, whose disks were damaged behind their backs.</summary>
public sealed class ScrubTests(EngineServer server) : IClassFixture<EngineServer>
{
    private static CancellationToken Cancellation => EngineRun.Cancellation;

    [Theory, MemberData(nameof(IpfsNodePair.Kinds), true, MemberType = typeof(IpfsNodePair))]
    public async Task Blocks_that_a_disk_lost_or_changed_are_found_and_healed_from_the_other_node(bool native)
    {
        await using var pair = await IpfsNodePair.Start(native, Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 60, 30_000);
        var backup = (await run.BackUp()).Backup;
        var leaves = (await NodeDisk.Dag(run.Engine.Nodes[0], backup.Root)).Where(c => c.Codec == Cid.RawCodec).OrderBy(c => c.ToString(), StringComparer.Ordinal).ToList();
        leaves.Count.ShouldBeGreaterThan(6);
        var (flipped, deleted, kept) = (pair.FileOf(1, leaves[0]), pair.FileOf(1, leaves[1]), pair.FileOf(1, leaves[2]));
        var whole = new[] { flipped, deleted, kept }.ToDictionary(f => f, File.ReadAllBytes);
        var bytes = whole[flipped].ToArray();
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(flipped, bytes, Cancellation);
        File.Delete(deleted);

        var result = await run.Engine.Scrub(null, null, Cancellation);
        result.IsComplete.ShouldBeTrue();
        (result.Lost, result.Unhealed, result.Affected.Count).ShouldBe((0, 0, 0));
        (result.Copies[0].Healed, result.Copies[1].Healed).ShouldBe((0, 2), $"{result.Copies[1]}");
        foreach (var (file, right) in whole) (await File.ReadAllBytesAsync(file, Cancellation)).ShouldBe(right);
        var state = await run.Engine.Manifest.Load(Cancellation);
        state.Scrubs.Select(s => s.Healed).ShouldBe([0, 2]);
        state.Damaged.ShouldBeEmpty();

        // the pins are as they were: a garbage collection takes nothing of it
        for (var node = 0; node < 2; node++) await pair.Ask(node, "repo/gc", Cancellation);
        (await run.Engine.Verify(backup.Root.ToString(), 1, null, Cancellation)).IsWhole.ShouldBeTrue();
        (await run.Engine.Scrub(null, null, Cancellation)).Copies.ShouldAllBe(c => c.Healed == 0 && c.Problem == null);
        await run.DropAndRestore(backup.Root);
    }

    [Theory, MemberData(nameof(IpfsNodePair.Kinds), false, MemberType = typeof(IpfsNodePair))]
    public async Task A_block_that_is_damaged_on_both_is_reported_with_its_backup(bool native)
    {
        await using var pair = await IpfsNodePair.Start(native, Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 40, 30_000);
        await run.BackUp();
        await run.Fill("more", 0, 20, 30_000);
        var newer = (await run.BackUp()).Backup;
        var backups = (await run.Engine.Manifest.Load(Cancellation)).Backups.ToList();
        var alone = (await NodeDisk.Dag(run.Engine.Nodes[0], newer.Root)).Except(await NodeDisk.Dag(run.Engine.Nodes[0], backups[0].Root)).Where(c => c.Codec == Cid.RawCodec)
            .OrderBy(c => c.ToString(), StringComparer.Ordinal).First();
        for (var node = 0; node < 2; node++)
        {
            var file = pair.FileOf(node, alone);
            var bytes = await File.ReadAllBytesAsync(file, Cancellation);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, Cancellation);
        }
        var result = await run.Engine.Scrub(null, null, Cancellation);
        result.Copies.ShouldAllBe(c => c.Lost == 1 && c.Healed == 0);
        result.Affected.ShouldBe([newer.Id]);
        await run.DropAndRestore(backups[0].Root);
    }
}
