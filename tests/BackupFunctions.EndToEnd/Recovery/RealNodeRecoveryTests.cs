using BackupFunctions.EndToEnd.Engine;
using BackupFunctions.Recovery;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.EndToEnd.Recovery;

/// <summary>Recovery from two real nodes: Kubo-shaped ones, whose pins have names, and js-ipfs as it is, which keeps none.</summary>
public sealed class RealNodeRecoveryTests(EngineServer server, IpfsNodesFixture nodes) : IClassFixture<EngineServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_catalogue_and_one_that_was_rolled_back(bool native)
    {
        var pair = await (native ? nodes.Native : nodes.KuboShaped);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 20, 2_000);
        await run.BackUp();
        var head = Path.Combine(run.Directory, "catalogue", "head.json");
        var old = await File.ReadAllBytesAsync(head, EngineRun.Cancellation);
        await run.Fill("things", 20, 20, 2_000);
        await run.BackUp();
        await run.Fill("things", 40, 20, 2_000);
        var newest = await run.BackUp();

        await File.WriteAllBytesAsync(head, old, EngineRun.Cancellation);
        using (var engine = run.Open())
        {
            (await Should.ThrowAsync<Exception>(() => engine.BackUp(null, EngineRun.Cancellation))).Message.ShouldContain("only knows");
            (await engine.Recover(new(), EngineRun.Cancellation)).Revision.ShouldBe(newest.Revision);
        }

        Directory.Delete(Path.Combine(run.Directory, "catalogue"), recursive: true);
        using (var engine = run.Open())
        {
            (await Should.ThrowAsync<Exception>(() => engine.BackUp(null, EngineRun.Cancellation))).Message.ShouldContain("holds repository");
            var result = await engine.Recover(new(), EngineRun.Cancellation);
            (result.Outcome, result.Revision, result.Manifest).ShouldBe((RecoveryOutcome.Recovered, newest.Revision, newest.Manifest));
            result.Warnings.ShouldBeEmpty();
            (await engine.Manifest.Load(EngineRun.Cancellation)).Backups.Last().Root.ShouldBe(newest.Backup.Root);
        }
        await run.DropAndRestore(newest.Backup.Root);
    }
}
