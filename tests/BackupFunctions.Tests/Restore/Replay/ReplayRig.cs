using BackupFunctions.Ambient;
using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>Replays on a database of its own.</summary>
internal sealed class ReplayRig(MongoServerFixture server)
{
    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Database { get; } = server.NewDatabase();

    public IMongoDatabase Mongo => server.Connection.Client.GetDatabase(Database);

    public CollectionWriter Writer { get; } = new(server.Connection, server.Topology);

    /// <summary>Every collection of the oplog goes to this database, under its name.</summary>
    public NamespaceRenames Here => NamespaceRenames.Parse(["$db$.$name$"], [$"{Database}.$name$"]);

    public Task<ReplayResult> Run(IEnumerable<OplogEntry> entries, params CollectionSpec[] loaded) => Run(entries, new ReplayOptions(), loaded);

    public async Task<ReplayResult> Run(
        IEnumerable<OplogEntry> entries, ReplayOptions options, IReadOnlyList<CollectionSpec> loaded, IReplayProgress? progress = null, RunRawCommand? run = null)
    {
        var renamed = options.Renames.IsEmpty ? options with { Renames = Here } : options;
        var replayer = new OplogReplayer(
            run ?? server.Connection.RunRaw, server.Topology.Version, TimeProvider.System, renamed, progress, new DiskFiles(), new SystemRandomSource());
        return await replayer.Run(Oplog.Stream(entries), new ReplayStart(loaded), null, Cancellation);
    }

    /// <summary>Creates what was loaded, on the target.</summary>
    public async Task<CollectionSpec> Load(string json, string options = "{}", params string[] documents)
    {
        var spec = Tests.Mongo.Bson.Spec($"shop.{json}", options);
        await Writer.Create(spec with { Namespace = new(Database, json) }, ExistingCollection.Refuse, Cancellation);
        if (documents.Length > 0) await Writer.Insert(spec with { Namespace = new(Database, json) }, [.. documents.Select(d => new ReadOnlyMemory<byte>(Tests.Mongo.Bson.Bytes(d)))], Cancellation);
        return spec;
    }

    /// <summary>The bytes of a collection's documents, in the order of their ids, or as stored.</summary>
    public async Task<List<byte[]>> Read(string collection, bool natural = false)
    {
        var found = await Mongo.GetCollection<RawBsonDocument>(collection).Find(FilterDefinition<RawBsonDocument>.Empty)
            .Sort(new BsonDocument(natural ? "$natural" : "_id", 1)).ToListAsync(Cancellation);
        return [.. found.Select(d => d.Bytes().ToArray())];
    }

    public async Task<List<string>> Texts(string collection, bool natural = false) =>
        [.. (await Read(collection, natural)).Select(d => MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(d).ToJson())];

    public async Task<List<string>> Names() => [.. (await (await Mongo.ListCollectionNamesAsync(cancellationToken: Cancellation)).ToListAsync(Cancellation))
        .Where(n => !n.StartsWith("system.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static string Json(string json) => BsonDocument.Parse(json).ToJson();
}
