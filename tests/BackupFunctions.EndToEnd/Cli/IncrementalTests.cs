using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>Incremental backups by commands alone.</summary>
public sealed class IncrementalTests
{
    [Fact]
    public async Task A_chain_of_slices_with_the_catalogue_in_the_same_server_is_one_window_and_idle_runs_make_no_slices()
    {
        await using var server = await EmbeddedMongoServer.Start(new());
        using var work = new CliWorkspace(server.ConnectionString);
        work.Settings.Remove(SettingNames.CatalogUri);
        await MongoFixture.Seed(server.ConnectionString);

        // nothing is there to continue: a full backup is made by itself
        var first = (await work.Run("backup incremental --json")).Ended(0).Result;
        first.GetProperty("backups")[0].GetProperty("backup").GetProperty("type").GetString().ShouldBe("full");
        for (var round = 1; round <= 2; round++)
        {
            await Write(server, round);
            var made = (await work.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups");
            made.GetArrayLength().ShouldBe(1);
            made[0].GetProperty("backup").GetProperty("documents").GetInt32().ShouldBe(10);
            for (var idle = 0; idle < 3; idle++) (await work.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups").GetArrayLength().ShouldBe(0);
        }

        (await work.Listed()).Count.ShouldBe(3);
        var window = (await work.Run("windows --json")).Ended(0).Result;
        window.GetProperty("message_type").GetString().ShouldBe("window");
        window.GetProperty("slices").GetArrayLength().ShouldBe(2);
        var list = (await work.Run("list")).Ended(0).Out;
        list.ShouldStartWith("restorable: ");
        list.ShouldContain(window.GetProperty("from").GetString()!);
        var slice = window.GetProperty("slices")[1].GetString();
        (await work.Run($"show {slice}")).Ended(0).Out.ShouldContain(" to ");
        (await work.Run($"verify {slice}")).Ended(0);
        (await work.Run($"restore-full latest --uri {server.ConnectionString} --dry-run")).Ended(0).Out.ShouldContain("would restore 621 documents");
    }

    [Fact]
    public async Task An_empty_directory_where_a_vault_was_is_told_until_resume_has_filled_it()
    {
        await using var server = await EmbeddedMongoServer.Start(new());
        using var work = new CliWorkspace(server.ConnectionString);
        await MongoFixture.Seed(server.ConnectionString);
        await work.BackUp();
        Directory.Delete(work.PathOf("vault-2"), recursive: true);
        for (var round = 1; round <= 2; round++)
        {
            await Write(server, round);
            (await Slice()).ShouldContain("is another node than the one that holds 1 earlier backups");
        }
        (await work.Run("resume")).Ended(0);
        await Write(server, 3);
        (await Slice()).ShouldNotContain("another node");

        // it holds all that the other one does
        Directory.Delete(work.PathOf("vault-1"), recursive: true);
        (await work.Run($"restore-full latest --uri {server.ConnectionString} --dry-run")).Ended(0).Out.ShouldContain("would restore 621 documents");

        async Task<string> Slice() => string.Join('\n', (await work.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups")[0].GetProperty("warnings").EnumerateArray());
    }

    [Theory, InlineData("TERM"), InlineData("KILL")]
    public async Task A_continuous_backup_that_is_stopped_leaves_a_chain_that_the_next_run_continues(string signal)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there are no signals on Windows");
        await using var server = await EmbeddedMongoServer.Start(new());
        using var work = new CliWorkspace(server.ConnectionString);
        await MongoFixture.Seed(server.ConnectionString);
        await work.BackUp();

        using (var backup = ChildProcess.Start(work, "backup incremental --continuous --every 1s --json"))
        {
            var recorded = 1;
            for (var round = 1; round <= 2; round++)
            {
                await Write(server, round);
                for (var attempt = 0; attempt < 600 && (await work.Listed()).Count == recorded; attempt++) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                recorded = (await work.Listed()).Count;
            }
            recorded.ShouldBeGreaterThanOrEqualTo(3);
            await Write(server, 3);
            backup.Signal(signal);
            var outcome = await backup.End();
            if (signal == "TERM") outcome.Ended(130).Error.ShouldContain("cancelled");
        }

        await Write(server, 4);
        (await work.Run("backup incremental")).Ended(0);
        var window = (await work.Run("windows --json")).Ended(0).Result;
        var entries = (await work.Run("list --type incremental --json")).Ended(0).Lines.Sum(l => l.GetProperty("documents").GetInt32());
        entries.ShouldBe(40, "every write is in exactly one slice");
        window.GetProperty("slices").GetArrayLength().ShouldBe((await work.Listed()).Count - 1);
    }

    [Fact]
    public async Task Without_any_backup_there_is_no_window()
    {
        await using var server = await EmbeddedMongoServer.Start(new());
        using var work = new CliWorkspace(server.ConnectionString);
        (await work.Run("windows")).FailedWith(10, "catalogue");
    }

    private static async Task Write(EmbeddedMongoServer server, int round)
    {
        using var client = new MongoClient(server.ConnectionString);
        var numbers = client.GetDatabase("shop").GetCollection<BsonDocument>("orders");
        await numbers.InsertManyAsync(Enumerable.Range(0, 10).Select(i => new BsonDocument { { "_id", $"round {round} number {i}" } }));
    }
}
