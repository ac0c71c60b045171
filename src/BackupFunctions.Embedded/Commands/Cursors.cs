using System.Collections.Concurrent;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The open cursors. One that is not used for ten minutes is closed when the next one is opened.</summary>
internal sealed class Cursors(Store store)
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

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

    /// <summary>The next batch; error 43 when there is no such cursor, 13 when it is another collection's.</summary>
    public BsonDocument Next(long id, Namespace ns, long? batchSize, CancellationToken cancellation)
    {
        var cursor = Find(id);
        if (cursor.Namespace != ns.ToString())
        {
            throw new CommandException(13, "Unauthorized", $"Requested getMore on namespace '{ns}', but cursor belongs to a different namespace {cursor.Namespace}");
        }
        if (!Monitor.TryEnter(cursor)) throw new CommandException(12051, "CursorInUse", $"cursor id {id} is already in use");
        try
        {
            var batch = cursor.Next(batchSize is null or 0 ? long.MaxValue : batchSize.Value, cancellation);
            cursor.LastUsed = store.Time.GetUtcNow();
            if (cursor.IsExhausted) Close(id);
            return Reply("nextBatch", batch, cursor);
        }
        catch
        {
            Close(id);
            throw;
        }
        finally
        {
            Monitor.Exit(cursor);
        }
    }

    /// <summary>Closes a cursor; false when there is none.</summary>
    public bool Close(long id)
    {
        if (!_cursors.TryRemove(id, out var cursor)) return false;
        lock (cursor) cursor.Dispose();
        cursor.Id = 0;
        return true;
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

    private static BsonDocument Reply(string name, BsonArray batch, Cursor cursor) =>
        new("cursor", new BsonDocument { { name, batch }, { "id", cursor.Id }, { "ns", cursor.Namespace } });
}
