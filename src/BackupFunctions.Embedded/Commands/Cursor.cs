using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>A result that is given in batches. It reads what was stored when it was opened, unless it has a scan.</summary>
internal sealed class Cursor : IDisposable
{
    /// <summary>Documents in a first batch when no size is given.</summary>
    public const long FirstBatchSize = 101;

    private const int MaxBatchBytes = DocumentIntake.MaxBytes;

    private readonly Func<byte[]?> _read;
    private readonly IDisposable _source;
    private readonly CancellationTokenSource _killed = new();
    private byte[]? _pending;
    private int _inUse;

    /// <summary>A cursor over documents that end.</summary>
    public Cursor(string ns, IEnumerable<byte[]> documents)
    {
        var enumerator = documents.GetEnumerator();
        (Namespace, _source, _read) = (ns, enumerator, () => enumerator.MoveNext() ? enumerator.Current : null);
    }

    /// <summary>A tailable cursor: <paramref name="read"/> gives null when there is nothing more now.</summary>
    public Cursor(string ns, CappedScan scan, Func<byte[]?> read) => (Namespace, Scan, _source, _read, IsTailable) = (ns, scan, scan, read, true);

    /// <summary>Its number, or 0 while it is not open to further batches.</summary>
    public long Id { get; set; }

    public string Namespace { get; }

    public DateTimeOffset LastUsed { get; set; }

    public bool NeverTimesOut { get; init; }

    /// <summary>Whether it stays open at the end of what there is.</summary>
    public bool IsTailable { get; }

    /// <summary>Whether a getMore waits for data.</summary>
    public bool AwaitsData { get; init; }

    /// <summary>The scan of a capped collection that each batch goes on with; null for others.</summary>
    public CappedScan? Scan { get; init; }

    /// <summary>The cluster time that it reads at, or null.</summary>
    public BsonTimestamp? Snapshot { get; init; }

    public bool IsExhausted { get; private set; }

    /// <summary>Cancelled when somebody closes the cursor while it is used.</summary>
    public CancellationToken Killed => _killed.Token;

    /// <summary>Takes the cursor for one command; false when another one has it.</summary>
    public bool TryEnter() => Interlocked.CompareExchange(ref _inUse, 1, 0) == 0;

    /// <summary>Gives it back; one that was killed meanwhile is disposed.</summary>
    public void Exit()
    {
        Volatile.Write(ref _inUse, 0);
        if (_killed.IsCancellationRequested && TryEnter()) Dispose();
    }

    /// <summary>Closes it, or has whoever uses it do so.</summary>
    public void Kill()
    {
        _ = _killed.CancelAsync();
        if (TryEnter()) Dispose();
    }

    /// <summary>Up to this many documents, and no more than fit a reply; at least one where there is one.</summary>
    public BsonArray Next(long count, CancellationToken cancellation)
    {
        var batch = new BsonArray();
        var bytes = 0L;
        if (count == 0) return batch;
        Scan?.Refresh();
        while (Peek(cancellation) is { } document)
        {
            if (batch.Count == count || (batch.Count > 0 && bytes + document.Length > MaxBatchBytes)) break;
            batch.Add(new RawBsonDocument(document));
            bytes += document.Length;
            _pending = null;
        }
        return batch;
    }

    public void Dispose() => _source.Dispose();

    private byte[]? Peek(CancellationToken cancellation)
    {
        if (_pending is not null) return _pending;
        cancellation.ThrowIfCancellationRequested();
        if (!IsExhausted && _read() is { } document) return _pending = document;
        IsExhausted |= !IsTailable;
        return null;
    }
}
