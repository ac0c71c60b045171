using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// The collections and views as they are at this point of the oplog, by their names there. The oplog's changes are folded in; indexes are built from
/// what is left at the end, since a server does not take their creation from an oplog.
/// </summary>
internal sealed class ReplayCatalogue
{
    private readonly SortedDictionary<Namespace, CollectionSpec> _collections = [];
    private readonly SortedSet<Namespace> _unknownSeries = [];
    private readonly List<string> _leftOut = [];

    /// <summary>Begins with what was loaded.</summary>
    public ReplayCatalogue(IEnumerable<CollectionSpec> loaded)
    {
        foreach (var spec in loaded)
        {
            if (spec.Type == CollectionType.View) Views.Add(spec);
            else _collections[spec.Namespace] = spec;
        }
    }

    /// <summary>Collections in the order of their names.</summary>
    public IReadOnlyList<CollectionSpec> Collections => [.. _collections.Values];

    /// <summary>What could not be kept, as sentences.</summary>
    public IEnumerable<string> Warnings => _leftOut.Concat(_unknownSeries.Select(ns => $"{ns}: what the oplog writes to its buckets is left out, because neither the backup nor the oplog creates the time series"));

    /// <summary>The views.</summary>
    public ViewFold Views { get; } = new();

    /// <summary>The collection, or null.</summary>
    public CollectionSpec? Find(Namespace ns) => _collections.GetValueOrDefault(ns);

    /// <summary>The collection; one that is not known is taken for one without options.</summary>
    public CollectionSpec Touch(Namespace ns)
    {
        if (_collections.TryGetValue(ns, out var spec)) return spec;
        return _collections[ns] = new CollectionSpec { Namespace = ns, Type = CollectionType.Collection, Options = RawBson.Empty, Indexes = [IndexFold.DefaultId] };
    }

    /// <summary>
    /// The time series of these buckets; null when there is none, which cannot be made up from its buckets. It was dropped before the backup listed it, and
    /// the oplog comes to that drop; else <see cref="Warnings"/> names it.
    /// </summary>
    public CollectionSpec? FindSeries(Namespace buckets)
    {
        if (_collections.TryGetValue(buckets.Owner, out var spec) && spec.Type == CollectionType.Timeseries) return spec;
        _unknownSeries.Add(buckets.Owner);
        return null;
    }

    /// <summary>Adds a collection, new and empty; one of its name was listed at a later moment and goes.</summary>
    public void Create(CollectionSpec spec)
    {
        _collections[spec.Namespace] = spec;
        _unknownSeries.Remove(spec.Namespace);
    }

    /// <summary>Removes a collection.</summary>
    public void Drop(Namespace ns)
    {
        _collections.Remove(ns);
        _unknownSeries.Remove(ns);
    }

    /// <summary>Removes what is left of a database of which collections were never known.</summary>
    public void DropDatabase(string database) => _unknownSeries.RemoveWhere(ns => ns.Database == database);

    /// <summary>Renames a collection, over any that has the name.</summary>
    public void Rename(Namespace from, Namespace to)
    {
        if (!_collections.Remove(from, out var spec)) return;
        _collections[to] = spec with { Namespace = to };
    }

    /// <summary>Changes a collection's options.</summary>
    public void SetOptions(Namespace ns, RawBsonDocument options) => _collections[ns] = Touch(ns) with { Options = options };

    /// <summary>Changes a collection's indexes.</summary>
    public void SetIndexes(Namespace ns, IReadOnlyList<RawBsonDocument> indexes) => _collections[ns] = Touch(ns) with { Indexes = indexes };

    /// <summary>Folds in an index that has been built; one of buckets is kept as its time series lists it.</summary>
    public void AddIndex(Namespace ns, RawBsonDocument index)
    {
        var spec = Touch(ns);
        var listed = spec.Type == CollectionType.Timeseries ? SeriesIndex.Listed(spec, index) : index;
        if (listed is not null) SetIndexes(ns, IndexFold.Add(spec.Indexes, listed));
        else _leftOut.Add($"index {IndexSpec.Name(index)} of {ns.Buckets} is left out: it is none of the time series");
    }
}
