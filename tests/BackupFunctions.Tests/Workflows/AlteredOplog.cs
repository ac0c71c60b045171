using BackupFunctions.Mongo;
using BackupFunctions.Tests.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Workflows;

/// <summary>A server's oplog without the entries that a test takes away.</summary>
internal sealed class AlteredOplog(IOplogSource inner, Func<OplogMark, bool> isGone, Optime? oldest = null) : IOplogSource
{
    public async Task<IAsyncCursor<RawBsonDocument>> Open(Optime from, bool primary, CancellationToken cancellationToken)
    {
        using var cursor = await inner.Open(from, primary, cancellationToken);
        var left = new List<RawBsonDocument>();
        while (await cursor.MoveNextAsync(cancellationToken))
            left.AddRange(cursor.Current.Select(e => new RawBsonDocument(e.ToBson())).Where(e => !isGone(StubOplog.MarkOf(e))));
        return new StubCursor([.. left.Chunk(100)]);
    }

    public Task<Optime> CommitPoint(bool primary, CancellationToken cancellationToken) => inner.CommitPoint(primary, cancellationToken);

    public Task<Optime> LastWrite(CancellationToken cancellationToken) => inner.LastWrite(cancellationToken);

    public async Task<Optime?> Oldest(bool primary, CancellationToken cancellationToken) => oldest ?? await inner.Oldest(primary, cancellationToken);

    public Task<int?> RollbackId(bool primary, CancellationToken cancellationToken) => inner.RollbackId(primary, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
