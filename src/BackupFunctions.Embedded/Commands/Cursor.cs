using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>A result that is given in batches. It reads what was stored when it was opened.</summary>
internal sealed class Cursor(string ns, IEnumerable<byte[]> documents) : IDisposable
{
    /// <summary>Documents in a first batch when no size is given.</summary>
    public const long FirstBatchSize = 101;

    private const int MaxBatchBytes = DocumentIntake.MaxBytes;

    private readonly IEnumerator<byte[]> _documents = documents.GetEnumerator();
    private byte[]? _pending;

    /// <summary>Its number, or 0 while it is not open to further batches.</summary>
    public long Id { get; set; }

    public string Namespace => ns;

    public DateTimeOffset LastUsed { get; set; }

    public bool NeverTimesOut { get; init; }

    public bool IsExhausted { get; private set; }

    /// <summary>Up to this many documents, and no more than fit a reply; at least one where there is one.</summary>
    public BsonArray Next(long count, CancellationToken cancellation)
    {
        var batch = new BsonArray();
        var bytes = 0L;
        if (count == 0) return batch;
        while (Peek(cancellation) is { } document)
        {
            if (batch.Count == count || (batch.Count > 0 && bytes + document.Length > MaxBatchBytes)) break;
            batch.Add(new RawBsonDocument(document));
            bytes += document.Length;
            _pending = null;
        }
        return batch;
    }

    public void Dispose() => _documents.Dispose();

    private byte[]? Peek(CancellationToken cancellation)
    {
        if (_pending is not null) return _pending;
        cancellation.ThrowIfCancellationRequested();
        if (!IsExhausted && _documents.MoveNext()) return _pending = _documents.Current;
        IsExhausted = true;
        return null;
    }
}
