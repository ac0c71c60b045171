using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>
/// A server of its own for one test: an embedded one, or that of <c>TEST_MONGODB_URI</c>, which must be a replica set to scratch on. Dumps name
/// their databases themselves, so those databases are dropped there before and after, whatever they held.
/// </summary>
internal sealed class ScratchServer : IAsyncDisposable
{
    /// <summary>One after the other: on a real server, tests of the same dump would meet.</summary>
    public const string TestCollection = "scratch server";

    private const string Setting = "TEST_MONGODB_URI";

    private readonly EmbeddedMongoServer? _embedded;
    private readonly IReadOnlyList<string> _databases;
    private readonly MongoClient _client;

    private ScratchServer(string uri, EmbeddedMongoServer? embedded, IReadOnlyList<string> databases) =>
        (Uri, _embedded, _databases, _client) = (uri, embedded, databases, new MongoClient(uri));

    public string Uri { get; }

    public static async Task<ScratchServer> Start(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        var uri = Environment.GetEnvironmentVariable(Setting);
        var embedded = string.IsNullOrEmpty(uri) ? await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), cancellationToken) : null;
        var server = new ScratchServer(embedded?.ConnectionString ?? uri!, embedded, databases);
        await server.Drop(cancellationToken);
        return server;
    }

    public async Task Drop(CancellationToken cancellationToken)
    {
        foreach (var database in _databases) await _client.DropDatabaseAsync(database, cancellationToken);
    }

    /// <summary>What is in the databases of the test, as the driver reads it: documents raw, ordered by <c>_id</c> unless the collection is capped.</summary>
    public async Task<IReadOnlyList<OriginalCollection>> Read(CancellationToken cancellationToken)
    {
        var found = new List<OriginalCollection>();
        foreach (var name in _databases)
        {
            var database = _client.GetDatabase(name);
            var list = await (await database.ListCollectionsAsync(cancellationToken: cancellationToken)).ToListAsync(cancellationToken);
            foreach (var entry in list.Where(e => !e["name"].AsString.StartsWith("system.", StringComparison.Ordinal)))
                found.Add(await Read(database, entry, cancellationToken));
        }
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await Drop(default);
        _client.Dispose();
        if (_embedded is not null) await _embedded.DisposeAsync();
    }

    private static async Task<OriginalCollection> Read(IMongoDatabase database, BsonDocument entry, CancellationToken cancellationToken)
    {
        var (name, type, options) = (entry["name"].AsString, entry["type"].AsString, entry["options"].AsBsonDocument);
        var metadata = new BsonDocument { { "options", options }, { "type", type } };
        var place = database.DatabaseNamespace.DatabaseName;
        if (type == "view") return new(place, name, metadata.Add("indexes", new BsonArray()), []);
        var collection = database.GetCollection<RawBsonDocument>(name);
        var indexes = await (await collection.Indexes.ListAsync(cancellationToken)).ToListAsync(cancellationToken);
        var order = options.GetValue("capped", false).ToBoolean() ? new BsonDocument("$natural", 1) : new BsonDocument("_id", 1);
        var holder = type == "timeseries" ? database.GetCollection<RawBsonDocument>($"system.buckets.{name}") : collection;
        var documents = await holder.Find(new BsonDocument()).Sort(order).ToListAsync(cancellationToken);
        return new(place, name, metadata.Add("indexes", new BsonArray(indexes)), [.. documents.Select(Bytes)]);
    }

    private static byte[] Bytes(RawBsonDocument document)
    {
        var bytes = new byte[document.Slice.Length];
        document.Slice.GetBytes(0, bytes, 0, bytes.Length);
        return bytes;
    }
}
