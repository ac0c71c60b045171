using System.Text;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Manifest;

/// <summary>
/// The catalogue in MongoDB: one document <c>{_id: "head", repository, revision, manifest, keyring}</c> in the collection <c>head</c>. All
/// reads and writes are by majority, so that a fail-over cannot take a head back.
/// </summary>
public sealed class MongoCatalog(MongoEndpoint endpoint, string database, string name) : ICatalog
{
    private const string HeadId = "head";

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<CatalogHead?> ReadHead(CancellationToken cancellationToken)
    {
        try
        {
            var head = await (await Heads(cancellationToken)).Find(ById).FirstOrDefaultAsync(cancellationToken);
            return head is null ? null : Parse(head);
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            throw Unusable("read", e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryReplaceHead(ulong? expectedRevision, CatalogHead next, CancellationToken cancellationToken)
    {
        var document = new BsonDocument
        {
            { "_id", HeadId },
            { "repository", next.Repository.ToString() },
            { "revision", (long)next.Revision },
            { "manifest", next.Manifest.ToString() },
            { "keyring", Encoding.UTF8.GetString(next.Keyring.ToJson()) },
        };
        try
        {
            var heads = await Heads(cancellationToken);
            if (expectedRevision is not null)
            {
                var result = await heads.ReplaceOneAsync(ById & Builders<BsonDocument>.Filter.Eq("revision", (long)expectedRevision), document, cancellationToken: cancellationToken);
                return result.MatchedCount == 1;
            }
            await heads.InsertOneAsync(document, cancellationToken: cancellationToken);
            return true;
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            throw Unusable("write", e);
        }
    }

    private static FilterDefinition<BsonDocument> ById => Builders<BsonDocument>.Filter.Eq("_id", HeadId);

    private async Task<IMongoCollection<BsonDocument>> Heads(CancellationToken cancellationToken) =>
        (await endpoint.Connect(cancellationToken)).Client.GetDatabase(database).GetCollection<BsonDocument>("head")
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

    private BackupException Unusable(string verb, Exception e) =>
        new(ErrorKind.Failed, $"{verb} catalogue {Name}: {MongoErrors.Text(e)}", "the user needs readWrite on the catalogue database (MONGODB_CATALOG_URI, MONGODB_CATALOG_DATABASE)", e);
}
