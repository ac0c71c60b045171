using BackupFunctions.EndToEnd.Cli;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

public sealed class CappedTurnoverTests(EngineServer server) : IClassFixture<EngineServer>
{
    [Fact]
    public async Task A_capped_collection_that_is_overwritten_while_it_is_read_is_read_anew()
    {
        EngineRun? watched = null;
        var overwritten = 0;
        using var run = watched = new EngineRun(server, new WatchedFiles(path =>
        {
            // the first documents have been read by then, and no more
            if (!Path.GetFileName(path).StartsWith("unit-", StringComparison.Ordinal) || Interlocked.Exchange(ref overwritten, 1) == 1) return;
            watched!.Fill("log", 2_000, 2_000, 2_000).GetAwaiter().GetResult();
        }));
        await run.Database.CreateCollectionAsync("log", new CreateCollectionOptions { Capped = true, MaxSize = 3 << 20 }, EngineRun.Cancellation);
        await run.Fill("log", 0, 2_000, 2_000);
        var backup = (await run.BackUp()).Backup;
        overwritten.ShouldBe(1);
        var documents = await run.Documents("log");
        await run.Drop();
        await run.Restore(backup.Root);
        (await run.Documents("log")).ShouldBe(documents);
    }
}
