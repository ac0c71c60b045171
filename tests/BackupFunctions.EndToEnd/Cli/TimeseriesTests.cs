using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A time series, from the command line.</summary>
public class TimeseriesTests
{
    [Fact]
    public async Task A_time_series_is_backed_up_shown_restored_decrypted_and_restored_again()
    {
        await using var source = await EmbeddedMongoServer.Start(new());
        await using var target = await EmbeddedMongoServer.Start(new());
        await Measure(source.ConnectionString);
        using var work = new CliWorkspace(source.ConnectionString);
        (await work.Run("doctor")).Ended(0);
        var root = await work.BackUp();

        var shown = (await work.Run("show latest")).Ended(0).Out;
        shown.ShouldContain("metrics.cpu");
        shown.ShouldContain("timeseries");
        shown.ShouldContain("3 buckets");
        (await work.Run("show latest --json")).Ended(0).Out.ShouldContain("\"timeseries\"");

        (await work.Run($"restore-full latest --uri {target.ConnectionString}")).Ended(0);
        var expected = await Read(source.ConnectionString, "metrics");
        expected.Count.ShouldBe(30);
        (await Read(target.ConnectionString, "metrics")).ShouldBe(expected);

        (await work.Run($"download {root} --output {{root}}/backup.car")).Ended(0);
        (await work.Run("decrypt {root}/backup.car --output {root}/dump")).Ended(0);
        File.Exists(work.PathOf("dump", "metrics", "system.buckets.cpu.bson")).ShouldBeTrue();
        (await work.Run($"restore {{root}}/dump --uri {target.ConnectionString}")).FailedWith(1, "metrics.cpu");
        (await work.Run($"restore {{root}}/dump --drop --uri {target.ConnectionString}")).Ended(0);
        (await Read(target.ConnectionString, "metrics")).ShouldBe(expected);
    }

    private static async Task Measure(string uri)
    {
        using var client = new MongoClient(uri);
        var metrics = client.GetDatabase("metrics");
        await metrics.CreateCollectionAsync("cpu", new() { TimeSeriesOptions = new("at", "host") });
        await metrics.GetCollection<BsonDocument>("cpu").InsertManyAsync(Enumerable.Range(0, 30).Select(i => new BsonDocument
        {
            { "_id", i }, { "at", new DateTime(2026, 1, 2, 3, 0, 0, DateTimeKind.Utc).AddSeconds(i) }, { "host", $"h{i % 3}" }, { "load", i / 10.0 },
        }));
    }

    private static async Task<List<BsonDocument>> Read(string uri, string database)
    {
        using var client = new MongoClient(uri);
        return await client.GetDatabase(database).GetCollection<BsonDocument>("cpu").Find(FilterDefinition<BsonDocument>.Empty).ToListAsync();
    }
}
