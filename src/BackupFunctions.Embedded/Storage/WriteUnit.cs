using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// Changes made under the store's writer lock; readers see none of them before the unit ends. Collections are changed through their
/// editors, and everything replicated leaves its entry in the oplog.
/// </summary>
internal sealed class WriteUnit(Catalog catalog, OptimeClock clock, IdentityMaker ids)
{
    private readonly Dictionary<Namespace, CollectionEditor> _editors = [];
    private Catalog _catalog = catalog;
    private readonly List<Action> _afterwards = [];
    private readonly HashSet<string> _viewsOf = [];
    private bool _logged;

    /// <summary>What has been done so far.</summary>
    public UnitJournal Journal { get; } = new();

    public OptimeClock Clock => clock;

    public IdentityMaker Ids => ids;

    /// <summary>The catalog with all edits so far.</summary>
    public Catalog Catalog
    {
        get
        {
            foreach (var (ns, editor) in _editors)
            {
                if (!ReferenceEquals(_catalog.Find(ns), editor.Current)) _catalog = _catalog.With(editor.Current);
            }
            return _catalog;
        }
    }

    /// <summary>The entry as edited so far, or null.</summary>
    public CatalogEntry? Find(Namespace ns) => _editors.TryGetValue(ns, out var editor) ? editor.Current : _catalog.Find(ns);

    /// <summary>Whether something has this name.</summary>
    public bool Has(Namespace ns) => _editors.ContainsKey(ns) || _catalog.Find(ns) is not null;

    /// <summary>The editor of a collection; error 26 when it is absent, 166 for a view, 20 for a seeded one.</summary>
    public CollectionEditor Edit(Namespace ns)
    {
        if (_editors.TryGetValue(ns, out var editor)) return editor;
        editor = _catalog.Find(ns) switch
        {
            StoredCollection stored => new CollectionEditor(stored, Journal),
            View => throw new CommandException(166, "CommandNotSupportedOnView", $"Namespace {ns} is a view, not a collection"),
            null => throw new CommandException(26, "NamespaceNotFound", $"ns does not exist: {ns}"),
            _ => throw new CommandException(20, "IllegalOperation", $"collection {ns} is seeded and read-only"),
        };
        Touch(ns);
        return _editors[ns] = editor;
    }

    public void Put(CatalogEntry entry)
    {
        Forget(entry.Namespace);
        Journal.Put(entry);
        _catalog = _catalog.With(entry);
    }

    public void Remove(Namespace ns)
    {
        Forget(ns);
        Journal.Removed(ns, _catalog.Find(ns));
        _catalog = _catalog.Without(ns);
    }

    /// <summary>Writes an oplog entry and gives its optime.</summary>
    public BsonTimestamp Log(OplogEntry entry)
    {
        var optime = clock.Next();
        var oplog = Edit(Namespace.Oplog);
        oplog.Insert(entry.ToDocument(optime, clock.Now, clock.Term), optime.Value);
        Journal.Logged(optime);
        _logged = true;
        return optime;
    }

    /// <summary>The catalog that the store shows from now on.</summary>
    public Catalog Finish()
    {
        if (_logged) Drain(Edit(Namespace.Oplog));
        var catalog = Catalog;
        foreach (var database in _viewsOf) catalog = catalog.WithViewsOf(database);
        return catalog;
    }

    /// <summary>Has something done when all of the unit is, and not when it threw.</summary>
    public void Afterwards(Action action) => _afterwards.Add(action);

    public void RunAfterwards() => _afterwards.ForEach(a => a());

    private void Forget(Namespace ns)
    {
        Touch(ns);
        _ = Catalog;
        _editors.Remove(ns);
    }

    private void Touch(Namespace ns)
    {
        if (ns.Collection == "system.views") _viewsOf.Add(ns.Database);
    }

    private static void Drain(CollectionEditor oplog)
    {
        foreach (var _ in oplog.Evict())
        {
            // Old entries of the oplog leave no trace.
        }
    }
}
