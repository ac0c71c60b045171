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

    /// <summary>Adds a collection, new and empty; one of its name was listed at a later moment and goes.</summary>
    public void Create(CollectionSpec spec) => _collections[spec.Namespace] = spec;

    /// <summary>Removes a collection.</summary>
    public void Drop(Namespace ns) => _collections.Remove(ns);

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

    /// <summary>Folds in an index that has been built.</summary>
    public void AddIndex(Namespace ns, RawBsonDocument index) => SetIndexes(ns, IndexFold.Add(Touch(ns).Indexes, index));
}
