using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// What one unit of writing did, in order, and behind which changes it logged its entries: so that the state between two entries of a unit
/// can be made again.
/// </summary>
internal sealed class UnitJournal
{
    private List<Change> _changes = [];
    private readonly List<(BsonTimestamp Optime, int Changes)> _entries = [];
    private long _dropped;
    private long _removed;

    /// <summary>Entries that were logged.</summary>
    public int Entries => _entries.Count;

    /// <summary>Optime of the unit's first entry.</summary>
    public BsonTimestamp First => _entries[0].Optime;

    /// <summary>Optime of the unit's last entry.</summary>
    public BsonTimestamp Last => _entries[^1].Optime;

    /// <summary>Changes that are remembered.</summary>
    public int Changes => _changes.Count;

    /// <summary>Bytes of documents that were there before the unit and are not behind it; about.</summary>
    public long SupersededBytes => _removed + Math.Max(0, _dropped);

    public void Added(Namespace ns, Record record) => Keep(new Change(ns, Record: record, Adds: true));

    public void Removed(Namespace ns, Record record)
    {
        _removed += record.Bytes.Length;
        Keep(new Change(ns, Record: record));
    }

    public void Put(CatalogEntry entry)
    {
        _dropped -= (entry as Collection)?.DataSize ?? 0;
        Keep(new Change(entry.Namespace, entry, Adds: true));
    }

    public void Removed(Namespace ns, CatalogEntry? entry)
    {
        _dropped += (entry as Collection)?.DataSize ?? 0;
        Keep(new Change(ns));
    }

    public void Logged(BsonTimestamp optime) => _entries.Add((optime, _changes.Count));

    /// <summary>Optime of the last entry at or before an optime.</summary>
    public BsonTimestamp LastUpTo(BsonTimestamp optime) => _entries.Last(e => e.Optime.Value <= optime.Value).Optime;

    /// <summary>Forgets the changes of a unit with one entry, which has nothing between entries.</summary>
    public void Close()
    {
        if (Entries <= 1) _changes = [];
    }

    /// <summary>Does to another unit what this one had done when it logged the last entry up to an optime.</summary>
    public void Replay(WriteUnit unit, BsonTimestamp through)
    {
        var count = _entries.Where(e => e.Optime.Value <= through.Value).Select(e => e.Changes).LastOrDefault();
        foreach (var change in _changes.Take(count)) change.Apply(unit);
    }

    // The oplog itself is never taken from a past state.
    private void Keep(Change change)
    {
        if (change.Namespace != Namespace.Oplog) _changes.Add(change);
    }

    private readonly record struct Change(Namespace Namespace, CatalogEntry? Entry = null, Record? Record = null, bool Adds = false)
    {
        public void Apply(WriteUnit unit)
        {
            if (Record is { } record)
            {
                if (Adds) unit.Edit(Namespace).Insert(record.Bytes, record.Id);
                else unit.Edit(Namespace).Remove(record);
            }
            else if (Entry is not null)
            {
                unit.Put(Entry);
            }
            else
            {
                unit.Remove(Namespace);
            }
        }
    }
}
