using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Engine;
using BackupFunctions.Simulation.Model;
using BackupFunctions.Simulation.Truth;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Kill;

/// <summary>A restore that is killed at any of its writes and started again gives what an undisturbed one gives, and leaves nothing behind.</summary>
public sealed class KilledRestoreTests
{
    [Fact]
    public Task A_restore_that_is_killed_and_started_again_gives_the_same() => Extent.ForSeeds(1, 3, async seed =>
    {
        await using var server = await EmbeddedMongoServer.Start(new() { MaxTransactionEntryBytes = 500 });
        using var client = new MongoClient(server.ConnectionString);
        using var engine = new SimulatedEngine(server.ConnectionString);
        var steps = new RandomSteps(server, client, new(seed));
        await steps.Run(60);
        await engine.Full();
        for (var round = 0; round < 3; round++)
        {
            await steps.Run(50);
            await engine.Increment(10_000);
        }
        var end = (await engine.Timeline()).Windows.ShouldHaveSingleItem().To;
        var expected = steps.State.Lines();

        int writes;
        await using (var undisturbed = await CountedTarget.Start())
        {
            await engine.Restore(end, undisturbed.Uri);
            ServerContents.Differences(expected, await ServerContents.Lines(undisturbed.Uri)).ShouldBeEmpty();
            writes = undisturbed.Seen;
        }

        // once at a write of each stretch, and once again and again
        var stretch = Extent.IsLong ? 10 : Math.Max(1, writes / 2);
        for (var at = stretch / 2; at < writes; at += stretch) await KilledAt(engine, end, expected, [at]);
        // when the replay has ended, or nearly: what is left applies nothing, and is still no full backup to compare with
        await KilledAt(engine, end, expected, [writes * 9 / 10]);
        await KilledAt(engine, end, expected, [.. Enumerable.Repeat(50, Extent.Of(2, 100))]);
        TestContext.Current.TestOutputHelper?.WriteLine($"an undisturbed restore sends {writes} writing commands");
    });

    private static async Task KilledAt(SimulatedEngine engine, Optime end, IReadOnlyDictionary<string, string> expected, IReadOnlyList<int> kills)
    {
        await using var target = await CountedTarget.Start();
        var killed = 0;
        foreach (var count in kills)
        {
            using var restore = new RestoreProcess(engine, end, target.Uri);
            var dead = false;
            target.After(count, () =>
            {
                dead = true;
                restore.Kill();
            });
            var (code, output) = await restore.End();
            if (!dead)
            {
                code.ShouldBe(0, output);
                break;
            }
            killed++;
        }
        target.After(0, () => { });
        var context = $"killed {killed} times after {kills[0]} writes";
        using (var last = new RestoreProcess(engine, end, target.Uri))
        {
            var (code, output) = await last.End();
            // the kill may come too late: then the restore has ended, forgot itself, and asking for it again finds what it made
            var hadEnded = killed > 0 && code == 1 && output.Contains("exist already", StringComparison.Ordinal);
            if (!hadEnded) code.ShouldBe(0, $"{context}: {output}");
        }
        ServerContents.Differences(expected, await ServerContents.Lines(target.Uri)).ShouldBeEmpty(context);
    }
}
