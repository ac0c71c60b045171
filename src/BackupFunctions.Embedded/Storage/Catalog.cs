using System.Collections.Immutable;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

using Entries = ImmutableSortedDictionary<string, CatalogEntry>;

/// <summary>All databases at one moment. A database is there while it holds something.</summary>
internal sealed class Catalog
{
    public static readonly Catalog Empty = new(ImmutableSortedDictionary.Create<string, Entries>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, Entries> _databases;

    private Catalog(ImmutableSortedDictionary<string, Entries> databases) => _databases = databases;

    public IEnumerable<string> Databases => _databases.Keys;

    public CatalogEntry? Find(Namespace ns) =>
        _databases.TryGetValue(ns.Database, out var entries) ? entries.GetValueOrDefault(ns.Collection) : null;

    public Collection? FindCollection(Namespace ns) => Find(ns) as Collection;

    /// <summary>The database's collections and views by name.</summary>
    public IEnumerable<CatalogEntry> In(string database) => _databases.TryGetValue(database, out var entries) ? entries.Values : [];

    public Catalog With(CatalogEntry entry)
    {
        var ns = entry.Namespace;
        var entries = _databases.GetValueOrDefault(ns.Database) ?? Entries.Empty.WithComparers(StringComparer.Ordinal);
        return new(_databases.SetItem(ns.Database, entries.SetItem(ns.Collection, entry)));
    }

    public Catalog Without(Namespace ns)
    {
        if (!_databases.TryGetValue(ns.Database, out var entries)) return this;
        entries = entries.Remove(ns.Collection);
        return new(entries.IsEmpty ? _databases.Remove(ns.Database) : _databases.SetItem(ns.Database, entries));
    }

    /// <summary>Makes the database's views those that <c>system.views</c> describes.</summary>
    public Catalog WithViewsOf(string database)
    {
        var catalog = this;
        foreach (var view in In(database).OfType<View>().ToList()) catalog = catalog.Without(view.Namespace);
        if (FindCollection(new Namespace(database, "system.views")) is not { } definitions) return catalog;
        foreach (var record in definitions.Natural(forward: true))
        {
            var document = record.Document;
            if (document["_id"u8] is not { Type: BsonType.String } id || document["viewOn"u8] is not { Type: BsonType.String } viewOn) continue;
            if (!id.Text.StartsWith(database + ".", StringComparison.Ordinal)) continue;
            var ns = new Namespace(database, id.Text[(database.Length + 1)..]);
            catalog = catalog.With(new View(ns, viewOn.Text, document["pipeline"u8], document["collation"u8]));
        }
        return catalog;
    }
}
