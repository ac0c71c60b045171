using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>
/// What a reader asks of an oplog. Each call may reach another member of the set, the primary alone when <c>primary</c> is said. Failures are
/// the driver's exceptions, and nothing is retried here. One call at a time.
/// </summary>
public interface IOplogSource : IAsyncDisposable
{
    /// <summary>Opens a cursor over the majority-committed entries of this time and later, oldest first.</summary>
    Task<IAsyncCursor<RawBsonDocument>> Open(Optime from, bool primary, CancellationToken cancellationToken);

    /// <summary>Up to where the member knows the oplog to be committed by a majority.</summary>
    Task<Optime> CommitPoint(bool primary, CancellationToken cancellationToken);

    /// <summary>The newest write of the primary (of any member while there is none), committed or not.</summary>
    Task<Optime> LastWrite(CancellationToken cancellationToken);

    /// <summary>The time of the oldest entry that the member still has; null when it has none.</summary>
    Task<Optime?> Oldest(bool primary, CancellationToken cancellationToken);

    /// <summary>A number that changes when the member rolls back; null where the account may not ask.</summary>
    Task<int?> RollbackId(bool primary, CancellationToken cancellationToken);
}
