using System.Text.Json;
using BackupFunctions.EndToEnd.Cli;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary>
/// The Standalone process is killed right behind steps of its journal, and ends as if nothing had happened. Some steps belong to every test run; each one, by itself and all of them in one run, with
/// <c>BACKUPFUNCTIONS_LONG=1</c>.
/// </summary>
public sealed class KilledAtEachStepTests
{
    private const string Full = "full-backup", Incremental = "incremental-backup", Restore = "restore";
    private const int MostSteps = 60;

    [Fact]
    public async Task A_backup_slices_and_a_restore_that_are_killed_again_and_again_end_as_if_nothing_had_happened()
    {
        await using var runs = await KilledRuns.Start();
        // some way into each part: while it is dumped, brought to the nodes, recorded; captured, brought there; loaded, made whole
        await BackUp(runs, 5, 9, 12);
        var at = await Slice(runs, 6, 9);
        await RestoreAndCompare(runs, at, 3, 7);
        runs.Kills.ShouldBe(7);
        await runs.ShouldBeTidy(2, Full, Incremental, Restore);
    }

    [Theory]
    [InlineData(Full)]
    [InlineData(Incremental)]
    [InlineData(Restore)]
    public async Task Killed_at_every_step_of_one_run(string instance)
    {
        OnlyInLongRuns();
        await using var runs = await KilledRuns.Start();
        await BackUp(runs, instance == Full ? Enumerable.Range(1, MostSteps) : []);
        var at = await Slice(runs, instance == Incremental ? Enumerable.Range(1, MostSteps) : []);
        await RestoreAndCompare(runs, at, instance == Restore ? Enumerable.Range(1, MostSteps) : []);
        runs.Kills.ShouldBe(runs.History(instance).Count - 1);
        await runs.ShouldBeTidy(2, Full, Incremental, Restore);
    }

    [Theory]
    [InlineData(Full)]
    [InlineData(Incremental)]
    [InlineData(Restore)]
    public async Task Killed_at_each_step_by_itself(string instance)
    {
        OnlyInLongRuns();
        for (var step = 1; step < MostSteps; step++)
        {
            await using var runs = await KilledRuns.Start();
            await BackUp(runs, instance == Full ? [step] : []);
            var at = await Slice(runs, instance == Incremental ? [step] : []);
            await RestoreAndCompare(runs, at, instance == Restore ? [step] : []);
            await runs.ShouldBeTidy(2, Full, Incremental, Restore);
            if (runs.Kills == 0) return;
        }
        throw new InvalidOperationException($"{instance} never came to its end");
    }

    private static void OnlyInLongRuns() => Assert.SkipUnless(Environment.GetEnvironmentVariable("BACKUPFUNCTIONS_LONG") == "1", "BACKUPFUNCTIONS_LONG is not 1");

    private static async Task BackUp(KilledRuns runs, params IEnumerable<int> steps)
    {
        var output = await runs.Run(Full, "/api/backups", """{"type":"full"}""", steps);
        Quiet(output);
        output.GetProperty("backups").EnumerateArray().ShouldHaveSingleItem().GetProperty("state").GetString().ShouldBe("complete");
    }

    // the moment behind it
    private static async Task<string> Slice(KilledRuns runs, params IEnumerable<int> steps)
    {
        using var client = new MongoClient(runs.Source);
        await client.GetDatabase("shop").GetCollection<BsonDocument>("orders").UpdateManyAsync(new BsonDocument("_id", new BsonDocument("$lt", 50)), new BsonDocument("$set", new BsonDocument("paid", true)));
        var output = await runs.Run(Incremental, "/api/backups", """{"type":"incremental"}""", steps);
        Quiet(output);
        output.GetProperty("backups").EnumerateArray().ShouldHaveSingleItem().GetProperty("documents").GetInt64().ShouldBe(50);
        return output.GetProperty("coveredThrough").GetString()!;
    }

    private static async Task RestoreAndCompare(KilledRuns runs, string at, params IEnumerable<int> steps)
    {
        var output = await runs.Run(Restore, "/api/restores", JsonSerializer.Serialize(new { target = runs.Target, at }), steps);
        // one that is killed before it knows its own plan finds what it began
        output.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!).Where(w => !w.StartsWith("goes on with the same restore", StringComparison.Ordinal)).ShouldBeEmpty();
        var (source, target) = (await MongoFixture.Contents(runs.Source), await MongoFixture.Contents(runs.Target));
        target.Count.ShouldBe(source.Count);
        foreach (var (id, document) in source) target[id].ShouldBe(document, id);
        using var client = new MongoClient(runs.Target);
        (await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument { { "getParameter", 1 }, { "ttlMonitorEnabled", 1 } }))["ttlMonitorEnabled"].ToBoolean().ShouldBeTrue();
        (await (await client.ListDatabaseNamesAsync()).ToListAsync()).ShouldNotContain(Mongo.NamespaceFilter.RestoreDatabase);
    }

    private static void Quiet(JsonElement output)
    {
        output.GetProperty("problems").EnumerateArray().ShouldBeEmpty();
        output.GetProperty("warnings").EnumerateArray().ShouldBeEmpty();
    }
}
