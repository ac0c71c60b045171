using System.Collections.Immutable;
using BackupFunctions.Embedded.Commands;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Changes one collection within a unit of writing. Each operation is done whole or, when it throws, not at all.</summary>
internal sealed class CollectionEditor
{
    private readonly StoredCollection _start;
    private readonly ImmutableSortedSet<Record>.Builder _records;
    private readonly List<IndexEditor> _indexes;
    private long _nextId;
    private readonly UnitJournal? _journal;
    private StoredCollection? _current;

    /// <summary>Edits a collection, and tells the journal where there is one.</summary>
    public CollectionEditor(StoredCollection start, UnitJournal? journal = null)
    {
        _journal = journal;
        _start = _current = start;
        _records = start.Records.ToBuilder();
        _indexes = [.. start.States.Select(s => new IndexEditor(start.Namespace, s))];
        (_nextId, DataSize) = (start.NextId, start.DataSize);
    }

    public CollectionOptions Options => _start.Options;

    public Namespace Namespace => _start.Namespace;

    public long DataSize { get; private set; }

    /// <summary>The collection as edited so far.</summary>
    public StoredCollection Current => _current ??= new(
        _start.Namespace, _start.Options, _records.ToImmutable(), [.. _indexes.Select(i => i.ToState())], _nextId, DataSize)
    {
        Builds = _start.Builds,
    };

    /// <summary>The keys that a document has in unique indexes.</summary>
    public IEnumerable<UniqueKey> UniqueKeys(byte[] bytes)
    {
        foreach (var index in _indexes.Where(i => i.Definition.Unique))
        {
            foreach (var key in index.Keys(new Record(0, bytes))) yield return new UniqueKey(Options.Uuid, index.Definition, key);
        }
    }

    /// <summary>The record of this <c>_id</c>, or null.</summary>
    public Record? FindById(RawValue id)
    {
        if (_indexes.Find(i => i.Definition.IsId)?.Find([id]) is not { } recordId) return null;
        return _records.TryGetValue(new Record(recordId, []), out var record) ? record : null;
    }

    /// <summary>Adds a document; error 11000 when a unique index has its key.</summary>
    public Record Insert(byte[] bytes, long? id = null)
    {
        var record = new Record(id ?? _nextId, bytes);
        var keys = Keys(record, replacing: false);
        _nextId = Math.Max(_nextId, record.Id + 1);
        Put(record, keys);
        return record;
    }

    /// <summary>Puts other bytes in a record's place.</summary>
    public void Replace(Record old, byte[] bytes)
    {
        var record = old with { Bytes = bytes };
        var keys = Keys(record, replacing: true);
        Remove(old);
        Put(record, keys);
    }

    public void Remove(Record record)
    {
        foreach (var index in _indexes) index.Remove(record);
        _records.Remove(record);
        _journal?.Removed(Namespace, record);
        DataSize -= record.Bytes.Length;
        _current = null;
    }

    /// <summary>Takes the oldest records out of a capped collection until it is within its limits.</summary>
    public IEnumerable<Record> Evict()
    {
        while (_records.Count > 1 && ((Options.Size > 0 && DataSize > Options.Size) || (Options.Max > 0 && _records.Count > Options.Max)))
        {
            var oldest = _records[0];
            Remove(oldest);
            yield return oldest;
        }
    }

    private List<RawValue[]>[] Keys(Record record, bool replacing)
    {
        var keys = new List<RawValue[]>[_indexes.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = _indexes[i].Keys(record);
            _indexes[i].CheckUnique(keys[i], replacing ? record.Id : null);
        }
        return keys;
    }

    private void Put(Record record, List<RawValue[]>[] keys)
    {
        _records.Add(record);
        _journal?.Added(Namespace, record);
        for (var i = 0; i < keys.Length; i++) _indexes[i].Add(keys[i], record.Id);
        DataSize += record.Bytes.Length;
        _current = null;
    }
}
