using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.EndToEnd.Engine;
using BackupFunctions.Ipfs;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Ipfs.Nodes;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.IpfsNodes;

/// <summary>Rotations of keys over two real js-ipfs nodes, in both ways of speaking, judged by what lies on their disks.</summary>
public sealed class RotationTests(EngineServer server) : IClassFixture<EngineServer>
{
    private static readonly string NewKey = Convert.ToBase64String(EngineRun.Noise(99, 32));

    private static CancellationToken Cancellation => EngineRun.Cancellation;

    [Theory, MemberData(nameof(IpfsNodePair.Kinds), true, MemberType = typeof(IpfsNodePair))]
    public async Task A_rotation_of_slots_leaves_the_blocks_and_the_new_key_restores_them(bool native)
    {
        await using var pair = await IpfsNodePair.Start(native, Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 40, 30_000);
        var backup = (await run.BackUp()).Backup;
        var documents = await run.Documents("things");
        var blocks = await NodeDisk.Dag(run.Engine.Nodes[1], backup.Root);

        using (var both = run.OpenWith(run.Key, NewKey)) (await both.RotateKeys(reEncrypt: false, null, null, Cancellation)).ShouldSatisfyAllConditions(r => r.Warnings.ShouldBeEmpty(), r => r.Keys.Epoch.ShouldBe(1u));
        (await Should.ThrowAsync<BackupException>(() => run.Engine.Manifest.Load(Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
        for (var node = 0; node < 2; node++) blocks.Select(b => b.Digest).ShouldBeSubsetOf(pair.Digests(node));

        using var rotated = run.OpenWith(NewKey);
        await Restore(run, rotated, backup.Root.ToString());
        (await run.Documents("things")).ShouldBe(documents);
        // what it stores now finds the old chunks again
        var next = await rotated.BackUp(null, Cancellation);
        next.Problems.ShouldBeEmpty();
        next.Backup.NewBytes.ShouldBeLessThan(backup.StoredBytes / 2);
    }

    [Theory, MemberData(nameof(IpfsNodePair.Kinds), false, MemberType = typeof(IpfsNodePair))]
    public async Task After_re_encryption_and_a_garbage_collection_nothing_is_left_that_the_old_key_opens(bool native)
    {
        await using var pair = await IpfsNodePair.Start(native, Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 40, 30_000);
        var full = (await run.BackUp()).Backup;
        var atFull = await run.Documents("things");
        await run.Fill("things", 40, 10, 30_000);
        await run.Collection("things").DeleteOneAsync(Builders<BsonDocument>.Filter.Eq("_id", 7), Cancellation);
        var slice = (await run.Engine.BackUpIncrement(TimeSpan.Zero, null, null, Cancellation)).Slices.ShouldHaveSingleItem().Backup;
        var atSlice = await run.Documents("things");
        var oldKeyring = await run.Engine.Slots.Read(Cancellation);
        Enumerable.Range(0, 2).ShouldAllBe(node => SealedEpochs(pair, node).SequenceEqual(new[] { 1u }));

        using (var both = run.OpenWith(run.Key, NewKey))
        {
            var result = await both.RotateKeys(reEncrypt: true, null, null, Cancellation);
            (result.Backups, result.Keys.Epoch, result.WasComplete).ShouldBe((2, 2u, false));
            result.Warnings.ShouldBeEmpty();
            (await both.RotateKeys(reEncrypt: true, null, null, Cancellation)).WasComplete.ShouldBeTrue();
        }
        using var old = await new ValueKeySource("K", run.Key).Read(Cancellation);
        using var oldKeys = oldKeyring.Unlock(old);
        using var opener = new BlockOpener(oldKeys.Find);
        for (var node = 0; node < 2; node++)
        {
            await pair.Ask(node, "repo/gc", Cancellation);
            SealedEpochs(pair, node).ShouldBe([2u]);
            foreach (var block in pair.Blocks(node)) Should.Throw<BackupException>(() => opener.Open(block));
        }
        (await Should.ThrowAsync<BackupException>(() => run.Engine.Recover(new(DryRun: true), Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
        (await Should.ThrowAsync<BackupException>(() => run.Engine.Manifest.Load(Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);

        using var rotated = run.OpenWith(NewKey);
        var backups = (await rotated.Manifest.Load(Cancellation)).Backups.ToList();
        backups.Select(b => (b.Id, b.Epoch, b.IsDegraded)).ShouldBe([(full.Id, 2u, false), (slice.Id, 2u, false)]);
        foreach (var backup in backups) (await rotated.Verify(backup.Root.ToString(), 1, null, Cancellation)).IsWhole.ShouldBeTrue();
        await Restore(run, rotated, backups[0].Root.ToString());
        (await run.Documents("things")).ShouldBe(atFull);
        await Restore(run, rotated, backups[0].Root.ToString(), backups[1].Root);
        (await run.Documents("things")).ShouldBe(atSlice);
    }

    private static List<uint> SealedEpochs(IpfsNodePair pair, int node) => [.. pair.Blocks(node).Select(EpochOf).OfType<uint>().Distinct().Order()];

    private static uint? EpochOf(byte[] block)
    {
        try
        {
            return BlockHeader.Parse(block).Epoch;
        }
        catch (BackupException)
        {
            // a directory, a keyring or a header
            return null;
        }
    }

    private static async Task Restore(EngineRun run, BackupEngine engine, string full, params IReadOnlyList<Cid> slices)
    {
        await run.Drop();
        var chosen = await engine.Choose(new RestoreQuery(full, null, slices), Cancellation);
        await engine.Restore(new(chosen.Root, [], [], Drop: false, Force: false) { Slices = chosen.Slices, Through = chosen.Through }, engine.Source, null, Cancellation);
    }
}
