using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Years.Source;

/// <summary>A server that is restored to, emptied, and restored to again.</summary>
internal sealed class RestoreTarget : IAsyncDisposable
{
    private readonly EmbeddedMongoServer _server;
    private readonly MongoClient _client;

    private RestoreTarget(EmbeddedMongoServer server, SimulatedClock clock)
    {
        _server = server;
        _client = new(server.ConnectionString);
        Endpoint = BackupEngine.Endpoint(server.ConnectionString, "--uri", clock);
    }

    public MongoEndpoint Endpoint { get; }

    public static async Task<RestoreTarget> Start(SimulatedClock clock) =>
        new(await EmbeddedMongoServer.Start(new() { Time = clock, OplogBytes = 1 << 20, HistoryBytes = 1 << 20 }), clock);

    /// <summary>All that it holds, as <see cref="SourcePoint"/> has it; what a restore left behind elsewhere counts too.</summary>
    public async Task<SortedDictionary<string, byte[]>> Read()
    {
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in await (await _client.ListDatabaseNamesAsync()).ToListAsync())
        {
            if (name is "admin" or "local" or "config") continue;
            var database = _client.GetDatabase(name);
            foreach (var collection in await (await database.ListCollectionNamesAsync()).ToListAsync())
            {
                var prefix = name == SourceHistory.Database ? collection : $"{name}.{collection}";
                found.Add(prefix, []);
                foreach (var document in await database.GetCollection<RawBsonDocument>(collection).Find(new BsonDocument()).ToListAsync())
                {
                    using (document) found.Add($"{prefix} {document["_id"].AsInt32:D2}", document.ToBson());
                }
            }
        }
        return found;
    }

    /// <summary>Removes everything.</summary>
    public async Task Clear()
    {
        foreach (var name in await (await _client.ListDatabaseNamesAsync()).ToListAsync())
        {
            if (name is not ("admin" or "local" or "config")) await _client.DropDatabaseAsync(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Endpoint.Dispose();
        _client.Dispose();
        await _server.DisposeAsync();
    }
}
