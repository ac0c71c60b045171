using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>How far a transaction is.</summary>
internal enum TransactionState
{
    InProgress,
    Prepared,
    Committed,
    Aborted,
}

/// <summary>One operation of a transaction: what the oplog says about it, and how it is done to the store when the transaction commits.</summary>
internal sealed record TransactionOperation(OplogEntry Entry, Action<WriteUnit> Apply);

/// <summary>
/// A multi-document transaction: a snapshot, the same with its own writes, and its operations until it commits. Changed under the writer lock
/// only; its view may be read without.
/// </summary>
internal sealed class Transaction(RawValue sessionId, long number, Catalog snapshot, DateTimeOffset started, RecordLocks locks)
{
    private static readonly BsonTimestamp None = new(0, 0);

    public RawValue SessionId { get; } = sessionId;

    public long Number { get; } = number;

    /// <summary>What was stored when it began.</summary>
    public Catalog Snapshot { get; } = snapshot;

    public DateTimeOffset Started { get; } = started;

    public TransactionState State { get; private set; } = TransactionState.InProgress;

    /// <summary>The snapshot with its own writes.</summary>
    public Catalog View { get; private set; } = snapshot;

    public List<TransactionOperation> Operations { get; } = [];

    /// <summary>The collections that it has written to.</summary>
    public HashSet<Namespace> Written { get; } = [];

    /// <summary>Optimes of its first and its last oplog entry so far; zero before them.</summary>
    public BsonTimestamp First { get; private set; } = None;

    public BsonTimestamp Last { get; private set; } = None;

    public bool IsOpen => State is TransactionState.InProgress or TransactionState.Prepared;

    /// <summary>Takes a document's key for itself; a conflict when another has it, or when it is not as the snapshot has it.</summary>
    public void Lock(UniqueKey key, Namespace ns, Catalog committed)
    {
        var name = key.Name;
        if (locks.IsHeld(name, this)) throw new WriteConflictException();
        if (!locks.Take(name, this)) return;
        if (!ReferenceEquals(key.Find(Snapshot, ns), key.Find(committed, ns))) throw new WriteConflictException();
    }

    /// <summary>Marks a collection as written; a conflict when it is another one, or none, by now.</summary>
    public void Lock(Namespace ns, Catalog committed)
    {
        if (Written.Contains(ns)) return;
        var before = Uuid(Snapshot.Find(ns));
        if (before != Uuid(committed.Find(ns)) || (before is null && locks.IsWritten(ns, this))) throw new WriteConflictException();
        Written.Add(ns);
    }

    /// <summary>Goes on with what a statement has written.</summary>
    public void Advance(WriteUnit unit)
    {
        View = unit.Finish();
        Operations.AddRange(unit.Operations);
    }

    public void Logged(BsonTimestamp optime)
    {
        if (First.Value == 0) First = optime;
        Last = optime;
    }

    public void Prepare() => State = TransactionState.Prepared;

    /// <summary>Ends it: its locks are free, and what it holds is dropped.</summary>
    public void End(bool committed)
    {
        State = committed ? TransactionState.Committed : TransactionState.Aborted;
        locks.Release(this);
        Operations.Clear();
        Written.Clear();
        View = Catalog.Empty;
    }

    private static Guid? Uuid(CatalogEntry? entry) => (entry as Collection)?.Options.Uuid;
}
