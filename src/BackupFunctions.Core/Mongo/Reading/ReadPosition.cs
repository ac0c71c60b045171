using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>How far a read has come, and its cursor while it has one. Calling <see cref="Next"/> again after a failure goes on from there.</summary>
internal sealed class ReadPosition(IRawCursorSource source, CollectionSpec spec, KeyRange range)
{
    private IAsyncCursor<RawBsonDocument>? _cursor;
    private RawBsonDocument? _last;
    private bool _skipLast;

    /// <summary>Documents given so far.</summary>
    public long Delivered { get; private set; }

    /// <summary>The next documents; null at the end.</summary>
    public async Task<RawBatch?> Next(CancellationToken cancellationToken)
    {
        try
        {
            _cursor ??= await Open(cancellationToken).ConfigureAwait(false);
            while (await _cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                if (Take(_cursor.Current) is { } batch) return batch;
            }
            return null;
        }
        catch (Exception e)
        {
            Close();
            if (Delivered == 0 || !MongoErrors.IsTransient(e) || (spec.ReadOrder == CollectionReadOrder.ById && _last is not null)) throw;
            throw new BackupException(ErrorKind.Failed,
                $"read {spec.Namespace}: lost the connection after {Delivered} documents, and natural order cannot be resumed: {e.Message.TrimEnd('.')}",
                "run the backup again", e);
        }
    }

    /// <summary>Closes the cursor.</summary>
    public void Close()
    {
        try
        {
            _cursor?.Dispose();
        }
        catch (Exception e) when (e is MongoException or TimeoutException or IOException)
        {
            // the server that had it is gone, and the cursor with it
        }
        _cursor = null;
    }

    private async Task<IAsyncCursor<RawBsonDocument>> Open(CancellationToken cancellationToken)
    {
        // min is inclusive and may not be made exclusive: the document given last comes once more, unless it was deleted meanwhile
        _skipLast = _last is not null;
        return await source.Open(_last ?? range.Min, range.Max, cancellationToken).ConfigureAwait(false);
    }

    private RawBatch? Take(IEnumerable<RawBsonDocument> current)
    {
        var documents = current as IReadOnlyList<RawBsonDocument> ?? [.. current];
        if (documents.Count == 0) return null;
        var first = _skipLast && SameId(documents[0]) ? 1 : 0;
        _skipLast = false;
        var batch = RawBatch.Over(documents, first);
        if (batch.Documents.Count == 0)
        {
            batch.Release();
            return null;
        }
        _last = RawBson.Id(batch.Documents[^1].Span);
        Delivered += batch.Documents.Count;
        return batch;
    }

    private bool SameId(RawBsonDocument document) =>
        RawBson.Id(document.Bytes().Span) is { } id && id.Bytes().Span.SequenceEqual(_last!.Bytes().Span);
}
