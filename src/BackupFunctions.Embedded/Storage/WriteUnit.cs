using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// Changes made under the store's writer lock; readers see none of them before the unit ends. Collections are changed through their
/// editors, and everything replicated leaves its entry in the oplog.
/// </summary>
internal sealed class WriteUnit(Catalog catalog, OptimeClock clock, IdentityMaker ids, RecordLocks locks)
{
    private readonly Catalog _committed = catalog;
    private readonly Dictionary<Namespace, CollectionEditor> _editors = [];
    private Catalog _catalog = catalog;
    private readonly List<Action> _afterwards = [];
    private readonly HashSet<string> _viewsOf = [];
    private readonly Dictionary<string, SessionRecord> _sessions = [];

    /// <summary>A statement of a transaction: over its view, and beside what is committed.</summary>
    public WriteUnit(Transaction transaction, Catalog committed, OptimeClock clock, IdentityMaker ids, RecordLocks locks)
        : this(transaction.View, clock, ids, locks) => (Transaction, _committed) = (transaction, committed);

    /// <summary>The transaction that this is a statement of, or null.</summary>
    public Transaction? Transaction { get; }

    /// <summary>The transaction whose end this is: what it has locked is open to it.</summary>
    public Transaction? Ending { get; init; }

    /// <summary>What a statement of a transaction has done, for the oplog at its commit.</summary>
    public List<TransactionOperation> Operations { get; } = [];

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
        Guard(entry.Namespace);
        Forget(entry.Namespace);
        Journal.Put(entry);
        _catalog = _catalog.With(entry);
    }

    public void Remove(Namespace ns)
    {
        Guard(ns);
        Forget(ns);
        Journal.Removed(ns, _catalog.Find(ns));
        _catalog = _catalog.Without(ns);
    }

    /// <summary>
    /// Meets the transactions: in one, takes the document's keys for it; outside, waits for those that have them
    /// (<see cref="WriteConflictException"/>).
    /// </summary>
    public void Guard(CollectionEditor editor, byte[] document)
    {
        if (Transaction is null && locks.Transactions.Count == 0) return;
        if (Transaction is not null && editor.Options.Capped)
        {
            throw new CommandException(263, "OperationNotSupportedInTransaction", $"Collection '{editor.Namespace}' is a capped collection. Writes in transactions are not allowed on capped collections.");
        }
        Transaction?.Lock(editor.Namespace, _committed);
        foreach (var key in editor.UniqueKeys(document))
        {
            if (Transaction is not null) Transaction.Lock(key, editor.Namespace, _committed);
            else if (locks.IsHeld(key.Name, Ending)) throw new WriteConflictException();
        }
    }

    /// <summary>Writes an oplog entry and gives its optime.</summary>
    public BsonTimestamp Log(OplogEntry entry)
    {
        if (Transaction is not null) throw new InvalidOperationException($"log {entry.Op} on {entry.Namespace}: this cannot be done in a transaction");
        var optime = clock.Next();
        var oplog = Edit(Namespace.Oplog);
        oplog.Insert(entry.ToDocument(optime, clock.Now, clock.Term), optime.Value);
        Journal.Logged(optime);
        return optime;
    }

    /// <summary>Writes an oplog entry; in a transaction, keeps it with what is to be done at the commit, and gives null.</summary>
    public BsonTimestamp? Log(OplogEntry entry, Action<WriteUnit> apply)
    {
        if (Transaction is null) return Log(entry);
        Operations.Add(new TransactionOperation(entry, apply));
        return null;
    }

    /// <summary>Has a session's record kept; the last one of a session counts.</summary>
    public void Keep(SessionRecord record) => _sessions[Convert.ToHexString(record.SessionId.Span)] = record;

    /// <summary>The catalog that the store shows from now on.</summary>
    public Catalog Finish()
    {
        foreach (var record in _sessions.Values) SessionRecords.Put(this, record);
        if (Journal.Entries > 0) Drain(Edit(Namespace.Oplog));
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

    private void Guard(Namespace ns)
    {
        if (Transaction is not null) Transaction.Lock(ns, _committed);
        else if (locks.IsWritten(ns, Ending)) throw new WriteConflictException();
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
