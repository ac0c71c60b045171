using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Mongo;

/// <summary>A cursor over batches in memory; <paramref name="beforeMove"/> sees the index of the batch that is asked for, and may throw.</summary>
internal sealed class StubCursor(IReadOnlyList<IReadOnlyList<RawBsonDocument>> batches, Action<int>? beforeMove = null) : IAsyncCursor<RawBsonDocument>
{
    private int _next;

    public IEnumerable<RawBsonDocument> Current { get; private set; } = [];

    public Task<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        beforeMove?.Invoke(_next);
        if (_next == batches.Count) return Task.FromResult(false);
        Current = batches[_next++];
        return Task.FromResult(true);
    }

    public bool MoveNext(CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

/// <summary>Opens cursors by a function of the bounds.</summary>
internal sealed class StubCursorSource(Func<RawBsonDocument?, RawBsonDocument?, StubCursor> open) : IRawCursorSource
{
    public Task<IAsyncCursor<RawBsonDocument>> Open(RawBsonDocument? min, RawBsonDocument? max, CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncCursor<RawBsonDocument>>(open(min, max));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
