using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Engine;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Repositories;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.EndToEnd.IpfsNodes;

/// <summary>Retention over two real js-ipfs nodes, in both ways of speaking: what it drops is gone from their disks after they have collected their garbage, and nothing else is.</summary>
public sealed class RetentionTests(EngineServer server) : IClassFixture<EngineServer>
{
    private static readonly Dictionary<string, string> KeepOne = new() { [SettingNames.RetentionDays] = "0", [SettingNames.KeepLast] = "1", [SettingNames.RetentionAfterBackup] = "false" };

    private static CancellationToken Cancellation => EngineRun.Cancellation;

    [Theory, MemberData(nameof(IpfsNodePair.Kinds), true, MemberType = typeof(IpfsNodePair))]
    public async Task What_it_drops_leaves_both_nodes_and_what_is_kept_restores(bool native)
    {
        await using var pair = await IpfsNodePair.Start(native, Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls, settings: KeepOne);
        await run.Fill("things", 0, 40, 30_000);
        await run.Fill("gone", 0, 40, 30_000);
        var old = (await run.BackUp()).Backup;
        await run.Database.DropCollectionAsync("gone", Cancellation);
        await run.Fill("things", 40, 10, 30_000);
        var kept = (await run.BackUp()).Backup;
        var documents = await run.Documents("things");
        var (before, after) = (await NodeDisk.Dag(run.Engine.Nodes[0], old.Root), await NodeDisk.Dag(run.Engine.Nodes[0], kept.Root));
        // the chunks of what did not change are shared
        var alone = before.Except(after).ToList();
        (alone.Count, before.Intersect(after).Count()).ShouldSatisfyAllConditions(c => c.Item1.ShouldBeGreaterThan(5), c => c.Item2.ShouldBeGreaterThan(3));

        var marked = await run.Engine.Retain(null, Cancellation);
        (marked.Kept, marked.Removed, marked.Unpinned, marked.Waiting).ShouldBe((1, 1, 0, 1));
        foreach (var node in run.Engine.Nodes) (await node.IsPinned(old.Root, Cancellation)).ShouldBeTrue();

        using (var later = run.OpenLater(TimeSpan.FromHours(49)))
        {
            var unpinned = await later.Retain(null, Cancellation);
            (unpinned.Unpinned, unpinned.Waiting, unpinned.Pending).ShouldBe((1, 0, 0));
            unpinned.Problems.ShouldBeEmpty();
            (await later.Manifest.Load(Cancellation)).Removed.ShouldBeEmpty();
        }
        for (var node = 0; node < 2; node++)
        {
            await pair.Ask(node, "repo/gc", Cancellation);
            (await run.Engine.Nodes[node].IsPinned(old.Root, Cancellation)).ShouldBeFalse();
            var left = pair.Digests(node);
            alone.ShouldAllBe(cid => !left.Contains(cid.Digest));
            after.ShouldAllBe(cid => left.Contains(cid.Digest));
        }
        (await run.Engine.Verify(kept.Root.ToString(), 1, null, Cancellation)).IsWhole.ShouldBeTrue();
        await run.DropAndRestore(kept.Root);
        (await run.Documents("things")).ShouldBe(documents);
    }

    [Theory, MemberData(nameof(IpfsNodePair.Kinds), false, MemberType = typeof(IpfsNodePair))]
    public async Task Guards_that_a_killed_upload_left_are_gone_after_a_cleanup_and_pins_of_others_stay(bool native)
    {
        await using var pair = await IpfsNodePair.Start(native, Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 40, 30_000);
        var backup = (await run.BackUp()).Backup;
        var name = PinNames.Guard((await run.Engine.Session.Open(Cancellation)).Id);
        var leaves = (await NodeDisk.Dag(run.Engine.Nodes[0], backup.Root)).Where(c => c.Codec == Cid.RawCodec).Select(c => new Block(c, File.ReadAllBytes(pair.FileOf(0, c))));
        var sealedLeaf = leaves.MaxBy(b => b.Data.Length);
        var (ours, theirs) = (Guard(sealedLeaf), Guard(new Block(Cid.Raw([1, 2, 3]), new byte[] { 1, 2, 3 })));
        foreach (var node in run.Engine.Nodes)
        {
            await node.ImportHeld(ours.Open, ours.Root, name, Cancellation);
            await node.ImportHeld(theirs.Open, theirs.Root, "somebody else", Cancellation);
            (await node.IsHeld(ours.Root, Cancellation)).ShouldBeTrue();
        }

        (await run.Engine.Retain(null, Cancellation)).GuardsReleased.ShouldBe(2);
        foreach (var node in run.Engine.Nodes)
        {
            (await node.Pins(Cancellation).Select(p => p.Root).ToListAsync(Cancellation)).ShouldSatisfyAllConditions(
                p => p.ShouldNotContain(ours.Root), p => p.ShouldContain(theirs.Root), p => p.ShouldContain(backup.Root));
        }
        (await run.Engine.Retain(null, Cancellation)).GuardsReleased.ShouldBe(0);
    }

    private static (Cid Root, OpenCar Open) Guard(Block leaf)
    {
        var nodes = new List<Block>();
        var builder = new GuardBuilder(nodes.Add);
        builder.Add(leaf.Cid);
        var root = builder.Finish();
        var car = new MemoryStream();
        var writer = CarWriter.CreateWithRoot(car, root);
        foreach (var block in nodes.Prepend(leaf)) writer.Write(block);
        return (root, _ => Task.FromResult<Stream>(new MemoryStream(car.ToArray(), writable: false)));
    }
}
