using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Where the oplog is now.</summary>
public static class OplogPosition
{
    /// <summary>The optime of the newest majority-committed entry; null where there is no oplog, or it may not be read.</summary>
    public static async Task<Optime?> Newest(MongoConnection connection, CancellationToken cancellationToken)
    {
        var oplog = connection.Client.GetDatabase("local").GetCollection<BsonDocument>("oplog.rs").WithReadPreference(connection.Reads).WithReadConcern(ReadConcern.Majority);
        try
        {
            var newest = await oplog.Find(FilterDefinition<BsonDocument>.Empty)
                .Sort(new BsonDocument("$natural", -1)).Limit(1).Project(new BsonDocument { { "ts", 1 }, { "t", 1 } }).FirstOrDefaultAsync(cancellationToken);
            if (newest?.GetValue("ts", BsonNull.Value) is not BsonTimestamp ts) return null;
            return new((uint)ts.Timestamp, (uint)ts.Increment, newest.TryGetValue("t", out var term) ? term.ToInt64() : -1);
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.Unauthorized)
        {
            return null;
        }
    }
}
