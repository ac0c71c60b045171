using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Gives the <c>_id</c> of some documents chosen at random; used to find where to split a collection, so their number may be less.</summary>
public interface IIdSampler
{
    /// <summary>One-field documents <c>{_id: v}</c>, in no order, perhaps with repetitions.</summary>
    Task<IReadOnlyList<RawBsonDocument>> Sample(Namespace ns, int count, CancellationToken cancellationToken);
}

/// <summary>Samples by <c>$sample</c>.</summary>
public sealed class ServerIdSampler(MongoConnection connection) : IIdSampler
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<RawBsonDocument>> Sample(Namespace ns, int count, CancellationToken cancellationToken)
    {
        var settings = new MongoCollectionSettings { ReadPreference = connection.Reads, ReadConcern = ReadConcern.Majority };
        var collection = connection.Client.GetDatabase(ns.Database).GetCollection<RawBsonDocument>(ns.Collection, settings);
        var stages = new[]
        {
            new BsonDocument("$sample", new BsonDocument("size", count)),
            new BsonDocument("$project", new BsonDocument("_id", 1)),
        };
        return await MongoCall.Run(connection, $"sample {ns}", MongoCall.BackupRoles, async ct =>
        {
            using var cursor = await collection.AggregateAsync<RawBsonDocument>(stages, new AggregateOptions { AllowDiskUse = true }, ct).ConfigureAwait(false);
            var ids = new List<RawBsonDocument>(count);
            while (await cursor.MoveNextAsync(ct).ConfigureAwait(false))
            {
                foreach (var document in cursor.Current)
                {
                    if (RawBson.Id(document.Bytes().Span) is { } id) ids.Add(id);
                    document.Dispose();
                }
            }
            return ids;
        }, cancellationToken).ConfigureAwait(false);
    }
}
