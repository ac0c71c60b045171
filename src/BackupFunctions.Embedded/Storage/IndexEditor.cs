using System.Collections.Immutable;
using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Changes one index within a unit of writing.</summary>
internal sealed class IndexEditor(Namespace ns, IndexState start)
{
    private readonly IndexDefinition _definition = start.Definition;
    private readonly ImmutableSortedSet<IndexEntry>.Builder _entries = start.Entries.ToBuilder();
    private bool _multikey = start.Multikey;

    public IndexDefinition Definition => _definition;

    public IndexState ToState() => new(_definition, _entries.ToImmutable(), _multikey);

    /// <summary>The keys that a record has in this index; none in an index of a kind that has no entries here.</summary>
    public List<RawValue[]> Keys(Record record) => Keys(record, out _);

    private List<RawValue[]> Keys(Record record, out bool multikey)
    {
        multikey = false;
        if (!_definition.IsOrdered) return [];
        var document = record.Document;
        if (_definition.Partial is { } partial && !partial.Matches(document)) return [];
        if (_definition.IsId) return [[document["_id"u8] is { IsMissing: false } id ? id : RawValue.Null]];
        var keys = IndexKeys.Of(_definition, document, out multikey);
        _multikey |= multikey;
        return keys;
    }

    public void CheckUnique(List<RawValue[]> keys, long? self)
    {
        if (!_definition.Unique) return;
        foreach (var key in keys)
        {
            var bound = IndexEntry.Of(key, long.MinValue);
            for (var place = ~_entries.IndexOf(bound); place < _entries.Count; place++)
            {
                var entry = _entries[place];
                if (_definition.Order.CompareValues(entry, bound) != 0) break;
                if (entry.RecordId != self) throw Duplicate(key);
            }
        }
    }

    /// <summary>The record that has this key first, or null.</summary>
    public long? Find(RawValue[] key)
    {
        var bound = IndexEntry.Of(key, long.MinValue);
        var place = ~_entries.IndexOf(bound);
        return place < _entries.Count && _definition.Order.CompareValues(_entries[place], bound) == 0 ? _entries[place].RecordId : null;
    }

    public void Add(List<RawValue[]> keys, long recordId)
    {
        foreach (var key in keys) _entries.Add(IndexEntry.Of(key, recordId));
    }

    public void Remove(Record record)
    {
        foreach (var key in Keys(record)) _entries.Remove(IndexEntry.Of(key, record.Id));
    }

    private CommandException Duplicate(RawValue[] key)
    {
        var value = new RawWriter();
        for (var i = 0; i < key.Length; i++) value.Append(_definition.Fields[i].Name, key[i]);
        var document = value.ToDocument();
        var message = $"E11000 duplicate key error collection: {ns} index: {_definition.Name} dup key: {ValueText.Of(RawValue.Document(document))}";
        return new CommandException(11000, "DuplicateKey", message, new BsonDocument
        {
            { "keyPattern", _definition.Key.ToBson() },
            { "keyValue", new RawBsonDocument(document) },
        });
    }
}
