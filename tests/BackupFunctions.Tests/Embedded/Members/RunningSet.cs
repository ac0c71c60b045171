using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Members;

/// <summary>A running set with a client of the whole set, and clients of single members.</summary>
internal sealed class RunningSet : IAsyncDisposable
{
    private readonly List<MongoClient> _clients = [];

    private RunningSet(EmbeddedMongoServer server)
    {
        Server = server;
        Client = Connect(server.ConnectionString);
    }

    public EmbeddedMongoServer Server { get; }

    public TestControls Controls => Server.Controls;

    public MongoClient Client { get; }

    public IMongoCollection<BsonDocument> Collection => Client.GetDatabase("test").GetCollection<BsonDocument>("c");

    public static async Task<RunningSet> Start(int members = 1, EmbeddedMongoOptions? options = null) =>
        new(await EmbeddedMongoServer.Start((options ?? new EmbeddedMongoOptions()) with { Members = members }));

    /// <summary>A client that talks to this member and no other.</summary>
    public MongoClient Member(int member) => Connect($"mongodb://{Controls.Hosts[member]}/?directConnection=true&readPreference=secondaryPreferred");

    public MongoClient Connect(string connectionString)
    {
        var client = TestServer.Client(connectionString);
        _clients.Add(client);
        return client;
    }

    /// <summary>The oplog as a client sees it, oldest entry first.</summary>
    public static IMongoCollection<BsonDocument> Oplog(IMongoClient client) => client.GetDatabase("local").GetCollection<BsonDocument>("oplog.rs");

    public static async Task<List<int>> Ids(IMongoCollection<BsonDocument> collection) =>
        [.. (await collection.Find(FilterDefinition<BsonDocument>.Empty).Sort("{_id: 1}").ToListAsync()).Select(d => d["_id"].AsInt32)];

    /// <summary>Writes documents with these ids, one by one, waiting for the primary only.</summary>
    public async Task Insert(params int[] ids)
    {
        foreach (var id in ids) await Collection.WithWriteConcern(WriteConcern.W1).InsertOneAsync(new BsonDocument("_id", id));
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(c => c.Dispose());
        await Server.DisposeAsync();
    }
}
