using System.Collections.Concurrent;
using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The open cursors of one member. One that is not used for ten minutes is closed when the next one is opened.</summary>
internal sealed class Cursors(Store store, MemberReads reads)
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, Cursor> _cursors = new();

    /// <summary>The reply with the first batch; the cursor stays open where more is to come and <paramref name="single"/> is not asked for.</summary>
    public BsonDocument Open(Cursor cursor, long? batchSize, bool single, CancellationToken cancellation)
    {
        var batch = cursor.Next(batchSize ?? Cursor.FirstBatchSize, cancellation);
        var open = !single && !cursor.IsExhausted;
        if (open)
        {
            CloseIdle();
            cursor.LastUsed = store.Time.GetUtcNow();
            cursor.Id = store.Ids.NextCursorId();
            _cursors[cursor.Id] = cursor;
        }
        else
        {
            cursor.Dispose();
        }
        return Reply("firstBatch", batch, cursor);
    }

    /// <summary>
    /// The next batch; error 43 when there is no such cursor, 13 when it is another collection's, 239 when its snapshot is too old. One that
    /// awaits data waits for some up to <paramref name="wait"/>, a second by default, without holding a thread.
    /// </summary>
    public async ValueTask<BsonDocument> Next(long id, Namespace ns, long? batchSize, TimeSpan? wait, CancellationToken cancellation)
    {
        var cursor = Find(id);
        if (cursor.Namespace != ns.ToString())
        {
            throw new CommandException(13, "Unauthorized", $"Requested getMore on namespace '{ns}', but cursor belongs to a different namespace {cursor.Namespace}");
        }
        if (!cursor.TryEnter()) throw new CommandException(12051, "CursorInUse", $"cursor id {id} is already in use");
        try
        {
            if (cursor.Snapshot is { } snapshot) reads.CheckAge(snapshot);
            var count = batchSize is null or 0 ? long.MaxValue : batchSize.Value;
            var batch = cursor.AwaitsData ? await Await(cursor, count, wait ?? DefaultWait, cancellation) : cursor.Next(count, cancellation);
            cursor.LastUsed = store.Time.GetUtcNow();
            if (cursor.IsExhausted) Close(id);
            return Reply("nextBatch", batch, cursor);
        }
        catch (OperationCanceledException) when (cursor.Killed.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new CommandException(237, "CursorKilled", $"cursor id {id} was killed");
        }
        catch
        {
            Close(id);
            throw;
        }
        finally
        {
            cursor.Exit();
        }
    }

    /// <summary>Closes a cursor; false when there is none.</summary>
    public bool Close(long id)
    {
        if (!_cursors.TryRemove(id, out var cursor)) return false;
        cursor.Id = 0;
        cursor.Kill();
        return true;
    }

    /// <summary>Closes all of them.</summary>
    public void CloseAll()
    {
        foreach (var id in _cursors.Keys) Close(id);
    }

    private async ValueTask<BsonArray> Await(Cursor cursor, long count, TimeSpan wait, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, cursor.Killed);
        var batch = new BsonArray();
        await store.Replication.Changed.Until(() => (batch = cursor.Next(count, either.Token)).Count > 0, wait, either.Token);
        return batch;
    }

    private Cursor Find(long id) => _cursors.TryGetValue(id, out var cursor) ? cursor
        : throw new CommandException(43, "CursorNotFound", $"cursor id {id} not found");

    private void CloseIdle()
    {
        var oldest = store.Time.GetUtcNow() - IdleLimit;
        foreach (var (id, cursor) in _cursors)
        {
            if (!cursor.NeverTimesOut && cursor.LastUsed < oldest) Close(id);
        }
    }

    private static BsonDocument Reply(string name, BsonArray batch, Cursor cursor)
    {
        var body = new BsonDocument { { name, batch }, { "id", cursor.Id }, { "ns", cursor.Namespace } };
        if (cursor.Snapshot is { } snapshot) body.Add("atClusterTime", snapshot);
        return new("cursor", body);
    }
}
