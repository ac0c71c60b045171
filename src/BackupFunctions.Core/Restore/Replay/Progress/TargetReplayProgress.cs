using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Restore;

/// <summary>
/// Keeps the position on the target itself, in <c>backupfunctions_restore.progress</c>, under a fingerprint of the request: another request does not
/// go on where this one stopped.
/// </summary>
public sealed class TargetReplayProgress(MongoConnection connection, string fingerprint) : IReplayProgress
{
    private const string CollectionName = "progress";

    private IMongoDatabase Database => connection.Client.GetDatabase(NamespaceFilter.RestoreDatabase);

    private IMongoCollection<BsonDocument> Collection => Database.GetCollection<BsonDocument>(CollectionName)
        .WithReadPreference(ReadPreference.Primary).WithWriteConcern(WriteConcern.WMajority);

    /// <inheritdoc/>
    public async Task<Optime?> Load(CancellationToken cancellationToken)
    {
        var found = await Run("read", async ct => await Collection.Find(Mine).FirstOrDefaultAsync(ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (found is null) return null;
        var position = found["appliedThrough"].AsBsonDocument;
        var ts = position["ts"].AsBsonTimestamp;
        return new((uint)ts.Timestamp, (uint)ts.Increment, position["t"].ToInt64());
    }

    /// <inheritdoc/>
    public Task Save(Optime appliedThrough, CancellationToken cancellationToken)
    {
        var document = new BsonDocument
        {
            { "_id", fingerprint },
            { "appliedThrough", new BsonDocument { { "ts", appliedThrough.ToTimestamp() }, { "t", appliedThrough.Term } } },
        };
        return Run("write", ct => Collection.ReplaceOneAsync(Mine, document, new ReplaceOptions { IsUpsert = true }, ct), cancellationToken);
    }

    /// <summary>Forgets the position, at the end of a restore; the database goes with the last one.</summary>
    public Task Clear(CancellationToken cancellationToken) => Run("clear", async ct =>
    {
        await Collection.DeleteOneAsync(Mine, ct).ConfigureAwait(false);
        if (!await Collection.Find(FilterDefinition<BsonDocument>.Empty).AnyAsync(ct).ConfigureAwait(false))
            await Database.WithWriteConcern(WriteConcern.WMajority).DropCollectionAsync(CollectionName, ct).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    private BsonDocument Mine => new("_id", fingerprint);

    private Task<T> Run<T>(string what, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken) =>
        MongoCall.Run(connection, $"{what} {NamespaceFilter.RestoreDatabase}.{CollectionName}", MongoCall.RestoreRole, action, cancellationToken);
}
