using System.Text.Json;
using BackupFunctions.Backup;
using BackupFunctions.Bson;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Workflows;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Docs;

/// <summary>A full backup, a slice, and a stretch of the oplog that holds nothing, made by the engine; and the oplog of the server.</summary>
public sealed class RealChain : IAsyncLifetime
{
    private readonly RealWorkspace _workspace = new();

    /// <summary>The server's oplog, in its bytes.</summary>
    internal IReadOnlyList<byte[]> Oplog { get; private set; } = [];

    internal FullBackupResult Full { get; private set; } = null!;

    internal IncrementalBackupResult Slice { get; private set; } = null!;

    internal IncrementalBackupResult Idle { get; private set; } = null!;

    internal JsonElement Head => _workspace.Head;

    internal string Vault => _workspace.Vault(1);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), cancellationToken);
        using var client = new MongoClient(server.ConnectionString);
        var orders = client.GetDatabase("shop").GetCollection<BsonDocument>("orders");
        await orders.InsertOneAsync(new BsonDocument("_id", 0), cancellationToken: cancellationToken);
        using var engine = _workspace.Open(server.ConnectionString);
        Full = await engine.BackUp(null, cancellationToken);
        // small ones, one that gets a chunk of its own, and one that gets several
        foreach (var length in new[] { 60_000, 60_000, 60_000, 200_000, 10, 1_200_000, 10, 131_072, 60_000, 10 })
            await orders.InsertOneAsync(new BsonDocument("data", new byte[length]), cancellationToken: cancellationToken);
        await client.GetDatabase("other").GetCollection<BsonDocument>("things").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: cancellationToken);
        await orders.DeleteOneAsync(new BsonDocument("_id", 0), cancellationToken);
        Slice = await engine.BackUpIncrement(TimeSpan.Zero, null, null, cancellationToken);
        await client.GetDatabase("other").GetCollection<BsonDocument>("things").InsertOneAsync(new BsonDocument("_id", 2), cancellationToken: cancellationToken);
        Idle = await engine.BackUpIncrement(TimeSpan.Zero, null, null, cancellationToken);
        var oplog = client.GetDatabase("local").GetCollection<RawBsonDocument>("oplog.rs");
        Oplog = [.. (await oplog.Find(FilterDefinition<RawBsonDocument>.Empty).ToListAsync(cancellationToken)).Select(e => e.Bytes().ToArray())];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _workspace.Dispose();
        return ValueTask.CompletedTask;
    }
}
