using System.Collections.Immutable;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>An index with its entries.</summary>
internal sealed record IndexState(IndexDefinition Definition, ImmutableSortedSet<IndexEntry> Entries, bool Multikey);

/// <summary>An index that is still being built over data: it serves no reader and checks nothing yet.</summary>
internal sealed record IndexBuild(BsonBinaryData Id, IndexDefinition Definition);

/// <summary>An ordinary collection: records by id, and its indexes.</summary>
internal sealed class StoredCollection(
    Namespace ns, CollectionOptions options, ImmutableSortedSet<Record> records, ImmutableArray<IndexState> states, long nextId, long dataSize)
    : Collection(ns, options)
{
    public ImmutableSortedSet<Record> Records { get; } = records;

    public ImmutableArray<IndexState> States { get; } = states;

    /// <summary>The indexes that are still being built.</summary>
    public ImmutableArray<IndexBuild> Builds { get; init; } = [];

    /// <summary>Id of the next record.</summary>
    public long NextId { get; } = nextId;

    public override IReadOnlyList<IndexDefinition> Indexes { get; } = [.. states.Select(s => s.Definition)];

    public override long Count => Records.Count;

    public override long DataSize { get; } = dataSize;

    /// <summary>An empty one; the <c>_id</c> index is among the definitions where there is one.</summary>
    public static StoredCollection Empty(Namespace ns, CollectionOptions options, IEnumerable<IndexDefinition> indexes) =>
        new(ns, options, ImmutableSortedSet.Create<Record>(Record.Order.Instance), [.. indexes.Select(Empty)], 1, 0);

    public static IndexState Empty(IndexDefinition definition) =>
        new(definition, ImmutableSortedSet.Create<IndexEntry>(definition.Order), false);

    public StoredCollection With(Namespace ns, CollectionOptions options) => new(ns, options, Records, States, NextId, DataSize) { Builds = Builds };

    public StoredCollection With(ImmutableArray<IndexState> states) => new(Namespace, Options, Records, states, NextId, DataSize) { Builds = Builds };

    public StoredCollection With(ImmutableArray<IndexBuild> builds) => new(Namespace, Options, Records, States, NextId, DataSize) { Builds = builds };

    public override IEnumerable<Record> Natural(bool forward, long? from = null)
    {
        // A clustered collection lies in _id order.
        if (Options.IsClustered && from is null) return Scan(IdIndex!, forward, default);
        return forward ? Forward(from ?? long.MinValue) : Backward(from ?? long.MaxValue);
    }

    public override IEnumerable<Record> Scan(IndexDefinition index, bool forward, IndexRange range)
    {
        var state = State(index);
        var entries = state.Entries;
        var from = range.From is { } lower ? Place(entries, lower) : 0;
        var to = range.To is { } upper ? Place(entries, upper) : entries.Count;
        return Fetch(entries, from, to, forward, state.Multikey);
    }

    public override bool IsMultikey(IndexDefinition index) => State(index).Multikey;

    public override Record At(long ordinal) => Records[(int)ordinal];

    public override bool Has(long id) => Records.Contains(new Record(id, []));

    /// <summary>Records up to this id.</summary>
    public int CountUpTo(long id)
    {
        var place = Records.IndexOf(new Record(id, []));
        return place >= 0 ? place + 1 : ~place;
    }

    /// <summary>The record of this id, or null.</summary>
    public Record? Find(long id)
    {
        var place = Records.IndexOf(new Record(id, []));
        return place < 0 ? null : Records[place];
    }

    private IndexState State(IndexDefinition index) => States.First(s => s.Definition == index);

    private IEnumerable<Record> Fetch(ImmutableSortedSet<IndexEntry> entries, int from, int to, bool forward, bool multikey)
    {
        var seen = multikey ? new HashSet<long>() : null;
        for (var i = forward ? from : to - 1; forward ? i < to : i >= from; i += forward ? 1 : -1)
        {
            var id = entries[i].RecordId;
            if (seen?.Add(id) == false) continue;
            yield return Records[Records.IndexOf(new Record(id, []))];
        }
    }

    private IEnumerable<Record> Forward(long from)
    {
        for (var i = Place(Records, new Record(from, [])); i < Records.Count; i++) yield return Records[i];
    }

    private IEnumerable<Record> Backward(long from)
    {
        var place = Records.IndexOf(new Record(from, []));
        for (var i = place >= 0 ? place : ~place - 1; i >= 0; i--) yield return Records[i];
    }

    private static int Place<T>(ImmutableSortedSet<T> set, T item)
    {
        var place = set.IndexOf(item);
        return place >= 0 ? place : ~place;
    }
}
