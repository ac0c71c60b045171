using System.Text;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Manifest;

/// <summary>
/// The catalogue in MongoDB: one document <c>{_id: "head", repository, revision, manifest, keyring}</c> in the collection <c>head</c>, and quick copies
/// <c>{_id: CID, revision, data}</c> in the collection <c>blocks</c>. All reads and writes are by majority, so that a fail-over cannot take a head back.
/// </summary>
public sealed class MongoCatalog(MongoEndpoint endpoint, string database, string name) : ICatalog
{
    private const string HeadId = "head";

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<CatalogHead?> ReadHead(CancellationToken cancellationToken) => Guard("read", async () =>
    {
        var head = await (await Heads(cancellationToken)).Find(ById).FirstOrDefaultAsync(cancellationToken);
        return head is null ? null : Parse(head);
    });

    /// <inheritdoc/>
    public Task<bool> TryReplaceHead(ulong? expectedRevision, CatalogHead next, CancellationToken cancellationToken) => Guard("write", async () =>
    {
        var document = new BsonDocument
        {
            { "_id", HeadId },
            { "repository", next.Repository.ToString() },
            { "revision", (long)next.Revision },
            { "manifest", next.Manifest.ToString() },
            { "keyring", Encoding.UTF8.GetString(next.Keyring.ToJson()) },
        };
        var heads = await Heads(cancellationToken);
        if (expectedRevision is not null)
        {
            var result = await heads.ReplaceOneAsync(ById & Builders<BsonDocument>.Filter.Eq("revision", (long)expectedRevision), document, cancellationToken: cancellationToken);
            return result.MatchedCount == 1;
        }
        try
        {
            await heads.InsertOneAsync(document, cancellationToken: cancellationToken);
            return true;
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    });

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Guard("read", async () =>
    {
        var found = await (await Blocks(cancellationToken)).Find(Builders<BsonDocument>.Filter.Eq("_id", cid.ToString())).FirstOrDefaultAsync(cancellationToken);
        return found is not null && found.TryGetValue("data", out var data) && data.IsBsonBinaryData ? data.AsByteArray : null;
    });

    /// <inheritdoc/>
    public Task Keep(ulong revision, IReadOnlyList<Block> blocks, CancellationToken cancellationToken) => Guard("write", async () =>
    {
        var writes = blocks.Select(block => new BsonDocument { { "_id", block.Cid.ToString() }, { "revision", (long)revision }, { "data", block.Data.ToArray() } })
            .Select(document => new ReplaceOneModel<BsonDocument>(Builders<BsonDocument>.Filter.Eq("_id", document["_id"]), document) { IsUpsert = true });
        return await (await Blocks(cancellationToken)).BulkWriteAsync(writes, cancellationToken: cancellationToken);
    });

    /// <inheritdoc/>
    public Task DropBefore(ulong revision, CancellationToken cancellationToken) => Guard("write", async () =>
        await (await Blocks(cancellationToken)).DeleteManyAsync(Builders<BsonDocument>.Filter.Lt("revision", (long)revision), cancellationToken));

    private static FilterDefinition<BsonDocument> ById => Builders<BsonDocument>.Filter.Eq("_id", HeadId);

    private Task<IMongoCollection<BsonDocument>> Heads(CancellationToken cancellationToken) => Collection("head", cancellationToken);

    private Task<IMongoCollection<BsonDocument>> Blocks(CancellationToken cancellationToken) => Collection("blocks", cancellationToken);

    private async Task<IMongoCollection<BsonDocument>> Collection(string collection, CancellationToken cancellationToken) =>
        (await endpoint.Connect(cancellationToken)).Client.GetDatabase(database).GetCollection<BsonDocument>(collection)
            .WithReadPreference(ReadPreference.Primary).WithReadConcern(ReadConcern.Majority).WithWriteConcern(WriteConcern.WMajority);

    private CatalogHead Parse(BsonDocument head)
    {
        try
        {
            return new(RepositoryId.Parse(head["repository"].AsString), (ulong)head["revision"].AsInt64, Cid.Parse(head["manifest"].AsString), Keyring.Parse(Encoding.UTF8.GetBytes(head["keyring"].AsString)));
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
