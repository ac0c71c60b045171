using System.Text;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Serialization;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Manifest;

/// <summary>
/// The catalogue in MongoDB: the documents <c>{_id: "head", repository, revision, manifest, keyring, fence}</c> and <c>{_id: "locks", version, table}</c> in the collection <c>head</c>, and quick copies
/// <c>{_id: CID, revision, data}</c> in the collection <c>blocks</c>. All reads and writes are by majority, so that a fail-over cannot take a head back.
/// </summary>
public sealed class MongoCatalog(MongoEndpoint endpoint, string database, string name) : ICatalog
{
    /// <summary>The collections.</summary>
    public const string HeadCollection = "head", BlocksCollection = "blocks";

    private const string HeadId = "head", LocksId = "locks";

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>The database that holds it and nothing else.</summary>
    public string Database => database;

    /// <summary>The connection that it is read and written by.</summary>
    public Task<MongoConnection> Connect(CancellationToken cancellationToken) => endpoint.Connect(cancellationToken);

    /// <inheritdoc/>
    public Task<CatalogHead?> ReadHead(CancellationToken cancellationToken) => Guard("read", async () =>
    {
        var head = await (await Heads(cancellationToken)).Find(Filter.Eq("_id", HeadId)).FirstOrDefaultAsync(cancellationToken);
        return head is null ? null : Parse(head);
    });

    /// <inheritdoc/>
    public Task<bool> TryReplaceHead(CatalogHead? expected, CatalogHead next, CancellationToken cancellationToken) => Guard("write", async () =>
    {
        var document = new BsonDocument
        {
            { "_id", HeadId },
            { "repository", next.Repository.ToString() },
            { "revision", (long)next.Revision },
            { "manifest", next.Manifest.ToString() },
            { "keyring", Encoding.UTF8.GetString(next.Keyring.ToJson()) },
            { "fence", next.Fence },
        };
        return expected is null
            ? await TryInsert(document, cancellationToken)
            : await TryReplace(Filter.Eq("_id", HeadId) & Filter.Eq("revision", (long)expected.Revision) & Filter.Eq("fence", expected.Fence), document, cancellationToken);
    });

    /// <inheritdoc/>
    public Task<LockTable> ReadLocks(CancellationToken cancellationToken) => Guard("read", async () =>
    {
        var locks = await (await Heads(cancellationToken)).Find(Filter.Eq("_id", LocksId)).FirstOrDefaultAsync(cancellationToken);
        return locks is null ? LockTable.Empty : EngineJson.Read<LockTable>(Encoding.UTF8.GetBytes(locks.GetValue("table", "").ToString()!), $"locks of catalogue {Name}");
    });

    /// <inheritdoc/>
    public Task<bool> TryReplaceLocks(long expectedVersion, LockTable next, CancellationToken cancellationToken) => Guard("write", async () =>
    {
        var document = new BsonDocument { { "_id", LocksId }, { "version", next.Version }, { "table", Encoding.UTF8.GetString(EngineJson.Write(next)) } };
        return await TryReplace(Filter.Eq("_id", LocksId) & Filter.Eq("version", expectedVersion), document, cancellationToken)
            || (expectedVersion == 0 && await TryInsert(document, cancellationToken));
    });

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Guard("read", async () =>
    {
        var found = await (await Blocks(cancellationToken)).Find(Filter.Eq("_id", cid.ToString())).FirstOrDefaultAsync(cancellationToken);
        return found is not null && found.TryGetValue("data", out var data) && data.IsBsonBinaryData ? data.AsByteArray : null;
    });

    /// <inheritdoc/>
    public Task Keep(ulong revision, IReadOnlyList<Block> blocks, CancellationToken cancellationToken) => Guard("write", async () =>
    {
        var writes = blocks.Select(block => new BsonDocument { { "_id", block.Cid.ToString() }, { "revision", (long)revision }, { "data", block.Data.ToArray() } })
            .Select(document => new ReplaceOneModel<BsonDocument>(Filter.Eq("_id", document["_id"]), document) { IsUpsert = true });
        return await (await Blocks(cancellationToken)).BulkWriteAsync(writes, cancellationToken: cancellationToken);
    });

    /// <inheritdoc/>
    public Task DropBefore(ulong revision, CancellationToken cancellationToken) => Guard("write", async () =>
        await (await Blocks(cancellationToken)).DeleteManyAsync(Filter.Lt("revision", (long)revision), cancellationToken));

    private static FilterDefinitionBuilder<BsonDocument> Filter => Builders<BsonDocument>.Filter;

    private async Task<bool> TryReplace(FilterDefinition<BsonDocument> expected, BsonDocument document, CancellationToken cancellationToken) =>
        (await (await Heads(cancellationToken)).ReplaceOneAsync(expected, document, cancellationToken: cancellationToken)).MatchedCount == 1;

    private async Task<bool> TryInsert(BsonDocument document, CancellationToken cancellationToken)
    {
        try
        {
            await (await Heads(cancellationToken)).InsertOneAsync(document, cancellationToken: cancellationToken);
            return true;
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }

    private Task<IMongoCollection<BsonDocument>> Heads(CancellationToken cancellationToken) => Collection(HeadCollection, cancellationToken);

    private Task<IMongoCollection<BsonDocument>> Blocks(CancellationToken cancellationToken) => Collection(BlocksCollection, cancellationToken);

    private async Task<IMongoCollection<BsonDocument>> Collection(string collection, CancellationToken cancellationToken) =>
        (await Connect(cancellationToken)).Client.GetDatabase(database).GetCollection<BsonDocument>(collection)
            .WithReadPreference(ReadPreference.Primary).WithReadConcern(ReadConcern.Majority).WithWriteConcern(WriteConcern.WMajority);

    private CatalogHead Parse(BsonDocument head)
    {
        try
        {
            return new(RepositoryId.Parse(head["repository"].AsString), (ulong)head["revision"].AsInt64, Cid.Parse(head["manifest"].AsString), Keyring.Parse(Encoding.UTF8.GetBytes(head["keyring"].AsString)), head["fence"].AsInt64);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidCastException or FormatException or ArgumentException)
        {
            throw BackupException.Corrupt($"read catalogue {Name}: {e.Message}", e);
        }
    }

    private async Task<T> Guard<T>(string verb, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            throw new BackupException(ErrorKind.Failed, $"{verb} catalogue {Name}: {MongoErrors.Text(e)}",
                "the user needs readWrite on the catalogue database (MONGODB_CATALOG_URI, MONGODB_CATALOG_DATABASE)", e);
        }
    }
}
