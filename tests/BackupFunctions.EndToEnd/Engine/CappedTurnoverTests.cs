using BackupFunctions.EndToEnd.Cli;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

public sealed class CappedTurnoverTests(EngineServer server) : IClassFixture<EngineServer>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_capped_collection_that_is_overwritten_or_replaced_while_it_is_read_is_read_anew(bool replaced)
    {
        EngineRun? watched = null;
        var happened = 0;
        using var run = watched = new EngineRun(server, new WatchedFiles(path =>
        {
            // the first documents have been read by then, and no more
            if (!Path.GetFileName(path).StartsWith("unit-", StringComparison.Ordinal) || Interlocked.Exchange(ref happened, 1) == 1) return;
            (replaced ? Replace(watched!) : watched!.Fill("log", 2_000, 2_000, 2_000)).GetAwaiter().GetResult();
        }));
        await Create(run);
        await run.Fill("log", 0, 2_000, 2_000);
        var backup = (await run.BackUp()).Backup;
        happened.ShouldBe(1);
        var documents = await run.Documents("log");
        await run.Drop();
        await run.Restore(backup.Root);
        (await run.Documents("log")).ShouldBe(documents);
    }

    private static async Task Replace(EngineRun run)
    {
        await run.Database.DropCollectionAsync("log", EngineRun.Cancellation);
        await Create(run);
        await run.Fill("log", 5_000, 100, 2_000);
    }

    private static Task Create(EngineRun run) => run.Database.CreateCollectionAsync("log", new CreateCollectionOptions { Capped = true, MaxSize = 3 << 20 }, EngineRun.Cancellation);
}
