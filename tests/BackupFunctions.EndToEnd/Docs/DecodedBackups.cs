using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>A full backup and the slice after it as CAR files, and what <c>decrypt</c> makes of them.</summary>
public sealed class DecodedBackups : IAsyncLifetime
{
    /// <summary>A name that is cut in a file name.</summary>
    public static string LongName { get; } = new('ü', 60);

    internal CliWorkspace Work { get; private set; } = null!;

    internal string Full => Work.PathOf("full.car");

    internal string Slice => Work.PathOf("slice.car");

    internal string Key => Work.PathOf("key");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using var server = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(server.ConnectionString);
        using var client = new MongoClient(server.ConnectionString);
        var odd = client.GetDatabase("odd");
        await odd.GetCollection<BsonDocument>(LongName).InsertOneAsync(new BsonDocument("_id", 1));
        // its one document gets several chunks, and the bytes do not compress
        var noise = new byte[3_000_000];
        new Random(7).NextBytes(noise);
        await odd.GetCollection<BsonDocument>("a large one").InsertManyAsync([new() { { "_id", 1 } }, new() { { "_id", 2 }, { "data", noise } }, new() { { "_id", 3 } }]);
        await odd.CreateCollectionAsync("empty");
        await odd.CreateCollectionAsync("measured", new() { TimeSeriesOptions = new("at", "host") });
        await odd.GetCollection<BsonDocument>("measured").InsertManyAsync(Enumerable.Range(0, 30).Select(i => new BsonDocument
        {
            { "at", DateTime.UnixEpoch.AddDays(20_000).AddMinutes(i * 40) }, { "host", $"h{i % 3}" }, { "load", i / 10.0 },
        }));

        Work = new(server.ConnectionString);
        await File.WriteAllTextAsync(Key, CliWorkspace.Key + "\n");
        (await Work.Run($"download {await Work.BackUp()} --output {{root}}/full.car")).Ended(0);
        await odd.GetCollection<BsonDocument>("empty").InsertManyAsync(Enumerable.Range(0, 300).Select(i => new BsonDocument("_id", i)));
        var slice = (await Work.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups")[0].GetProperty("backup").GetProperty("root").GetString();
        (await Work.Run($"download {slice} --output {{root}}/slice.car")).Ended(0);
        (await Work.Run("decrypt {root}/full.car --output {root}/decrypted")).Ended(0);
        (await Work.Run("decrypt {root}/full.car {root}/slice.car --output {root}/chain")).Ended(0);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Work?.Dispose();
        return ValueTask.CompletedTask;
    }
}
