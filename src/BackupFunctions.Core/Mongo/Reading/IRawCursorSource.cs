using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>
/// Opens cursors over a range of one collection. Called again after a cursor was lost; the driver may then choose another member. Failures are
/// the driver's exceptions, and nothing is retried here.
/// </summary>
public interface IRawCursorSource : IAsyncDisposable
{
    /// <summary>Opens a cursor from <paramref name="min"/> (inclusive; null for the first document) to <paramref name="max"/> (exclusive).</summary>
    Task<IAsyncCursor<RawBsonDocument>> Open(RawBsonDocument? min, RawBsonDocument? max, CancellationToken cancellationToken);
}
