using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Commands;

/// <summary>
/// Reads a capped collection in natural order over many batches: each batch goes on, in the collection as it is then, behind the record that
/// was read last.
/// </summary>
/// <param name="current">The collection as it is now, or null when it is gone.</param>
/// <param name="start">The collection as it was when the scan began.</param>
/// <param name="from">Record id to begin at, or null.</param>
/// <param name="to">Record id to end with, or null.</param>
internal sealed class CappedScan(Func<Collection?> current, Collection start, long? from, long? to) : IDisposable
{
    private IEnumerator<Record>? _records;
    private long? _last;

    /// <summary>
    /// Takes the collection as it is now. Error 136 (CappedPositionLost) when the record that was read last is gone, 175 when the collection is.
    /// </summary>
    public void Refresh()
    {
        var collection = current();
        if (collection is null || collection.Options.Uuid != start.Options.Uuid)
            throw new CommandException(175, "QueryPlanKilled", $"collection dropped. UUID {start.Options.Uuid}");
        if (_last is { } last && !collection.Has(last))
        {
            throw new CommandException(
                136, "CappedPositionLost", $"CollectionScan died due to position in capped collection being deleted. Last seen record id: RecordId({last})");
        }
        _records?.Dispose();
        _records = collection.Natural(forward: true, _last + 1 ?? from).GetEnumerator();
    }

    /// <summary>The next record, or null when there is none now.</summary>
    public Record? Next()
    {
        if (_records is null || !_records.MoveNext() || _records.Current.Id > to) return null;
        _last = _records.Current.Id;
        return _records.Current;
    }

    /// <summary>What is there now, as far as <see cref="Refresh"/> brings more until the end has been reached once.</summary>
    public IEnumerable<Record> ToEnd()
    {
        while (Next() is { } record) yield return record;
    }

    public void Dispose() => _records?.Dispose();
}
