using BackupFunctions.Embedded.Server;
using MongoDB.Bson;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>What a server is too old for, or holds that is not supported, is said before anything is written.</summary>
public sealed class ServerVersionTests(MongoFixture mongo) : IClassFixture<MongoFixture>
{
    [Fact]
    public async Task An_older_major_version_is_refused_unless_forced()
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        await using var older = await EmbeddedMongoServer.Start(new() { ServerVersion = new(6, 0, 14) });

        (await work.Run($"restore-full latest --uri {older.ConnectionString}")).FailedWith(2, "7.0.14", "6.0.14", "--force").Out.ShouldBeEmpty();
        (await MongoFixture.Contents(older.ConnectionString)).ShouldBeEmpty();
        (await work.Run($"restore-full latest --uri {older.ConnectionString} --force")).Ended(0);
    }

    [Fact]
    public async Task Collections_that_exist_are_not_touched_without_drop()
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        var before = await MongoFixture.Contents(mongo.Source);
        (await work.Run($"restore-full latest --uri {mongo.Source}")).FailedWith(1, "--uri", "shop.orders", "--drop");
        (await MongoFixture.Contents(mongo.Source)).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task A_CID_of_something_else_is_no_backup()
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        var pins = Directory.EnumerateFiles(work.PathOf("vault-1", "pins")).Where(f => File.ReadAllText(f).EndsWith("/manifest", StringComparison.Ordinal));
        (await work.Run($"restore-full {Path.GetFileName(pins.First())} --uri {mongo.Target}")).FailedWith(10, "it is no backup", "backupfn list");
        (await work.Run($"verify {Path.GetFileName(pins.First())}")).FailedWith(10, "it is no backup");
    }

    [Fact]
    public async Task A_time_series_without_a_collection_of_buckets_is_named_and_can_be_left_out()
    {
        // as servers from 8.3 on may have it
        var options = new BsonDocument("timeseries", new BsonDocument("timeField", "t"));
        await using var server = await EmbeddedMongoServer.Start(new() { Seeds = [new("metrics", "cpu", 3, i => new BsonDocument("_id", (int)i).ToBson(), options)] });
        await MongoFixture.Seed(server.ConnectionString);
        using var work = new CliWorkspace(server.ConnectionString);

        (await work.Run("backup full")).FailedWith(2, "metrics.cpu", "system.buckets.cpu", "8.3", "BACKUP_EXCLUDE=metrics.cpu");
        (await work.Run("doctor")).Ended(1).Out.ShouldContain("BACKUP_EXCLUDE=metrics.cpu");
        work.Settings[Configuration.SettingNames.Exclude] = "metrics.cpu";
        await work.BackUp();
        (await work.Run("doctor")).Ended(0);
    }

    [Fact]
    public async Task An_empty_server_gives_an_empty_backup_and_a_warning()
    {
        await using var server = await EmbeddedMongoServer.Start(new());
        using var work = new CliWorkspace(server.ConnectionString);
        (await work.Run("backup full")).Ended(0).Error.ShouldContain("the backup is empty");
        (await work.Run($"restore-full latest --uri {mongo.Target}")).Ended(0).Error.ShouldContain("the backup is empty");
        (await work.Run("verify")).Ended(0);
    }
}
