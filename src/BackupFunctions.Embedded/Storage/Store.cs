using BackupFunctions.Embedded.Server;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Users;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// Everything the embedded server holds, in memory. Readers take <see cref="Catalog"/>, which never changes; writers come one at a time.
/// </summary>
internal sealed class Store : IOptimeSource, IUserSource
{
    /// <summary>The default bound of the oplog in bytes.</summary>
    public const long DefaultOplogBytes = 256L << 20;

    private static readonly TimeSpan ConflictPause = TimeSpan.FromMilliseconds(100);

    private readonly object _writer = new(); // a monitor, because writers wait on it
    private readonly OptimeClock _clock;
    private volatile Catalog _catalog = Catalog.Empty;
    private volatile BsonTimestamp _lastOptime = new(0, 0);
    private long _lastWallTicks;

    /// <summary>An empty server: an oplog with its first entry, and the feature compatibility version.</summary>
    public Store(TimeProvider time, long oplogBytes = DefaultOplogBytes)
    {
        (Time, Ids, _clock) = (time, new IdentityMaker(time), new OptimeClock(time));
        (Sessions, Transactions) = (new SessionTable(Locks), new Transactions(this));
        Write(unit =>
        {
            var options = new RawWriter().Append("capped", true).Append("size", oplogBytes).ToDocument();
            unit.Put(StoredCollection.Empty(Namespace.Oplog, new CollectionOptions(options, Ids.NextUuid()), []));
            unit.Log(new OplogEntry("n", "", null, RawValue.From(new BsonDocument("msg", "initiating set"))));
            var version = new Namespace("admin", "system.version");
            unit.Create(version, CollectionOptions.None);
            unit.Insert(version, new BsonDocument { { "_id", "featureCompatibilityVersion" }, { "version", "7.0" } }.ToBson());
            unit.Create(SessionRecords.Collection, CollectionOptions.None);
            return 0;
        });
    }

    public TimeProvider Time { get; }

    public IdentityMaker Ids { get; }

    public SessionTable Sessions { get; }

    public RecordLocks Locks { get; } = new();

    public Transactions Transactions { get; }

    /// <summary>A transaction's operations above this size are split over several oplog entries.</summary>
    public int MaxTransactionEntryBytes { get; init; } = DocumentIntake.MaxBytes;

    /// <summary>Whether the inserts of a retryable write share one oplog entry, as servers from 8.0 on write them.</summary>
    public bool VectoredInserts { get; init; }

    /// <summary>All that is stored, as of now.</summary>
    public Catalog Catalog => _catalog;

    /// <summary>Optime of the newest oplog entry.</summary>
    public BsonTimestamp LastOptime => _lastOptime;

    /// <summary>Wall clock time of the newest oplog entry, UTC.</summary>
    public DateTime LastWallTime => new(Interlocked.Read(ref _lastWallTicks), DateTimeKind.Utc);

    /// <inheritdoc/>
    public BsonDocument? FindUser(string fullName) => AuthorizationCollections.Find(Catalog, AuthorizationCollections.Users, fullName);

    /// <summary>Adds a collection that is computed; only while nobody is served yet.</summary>
    public void AddSeed(SeededCollection seed) => Write(unit =>
    {
        var ns = Namespace.Of(seed.Database, seed.Collection);
        if (unit.Find(ns) is not null) throw new CommandException(48, "NamespaceExists", $"seed {ns}: a collection has this name already");
        unit.Put(new ComputedCollection(ns, seed, Ids.NextUuid()));
        return 0;
    });

    /// <summary>
    /// Runs a change while no other runs; when it throws, nothing of it was done. A change that meets the writes of an open transaction waits
    /// until that has ended, and is run again.
    /// </summary>
    /// <param name="change">The change; it may be run several times.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public T Write<T>(Func<WriteUnit, T> change, CancellationToken cancellation = default)
    {
        lock (_writer)
        {
            while (true)
            {
                try
                {
                    return Publish(new WriteUnit(_catalog, _clock, Ids, Locks), change);
                }
                catch (WriteConflictException)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Transactions.AbortExpired();
                    Monitor.Wait(_writer, ConflictPause);
                }
            }
        }
    }

    /// <summary>A command's change: in its transaction where it has one.</summary>
    public T Write<T>(CommandContext context, Func<WriteUnit, T> change)
    {
        if (context.Transaction is not { } transaction) return Write(change, context.Cancellation);
        lock (_writer)
        {
            Transactions.Check(transaction);
            var unit = new WriteUnit(transaction, _catalog, _clock, Ids, Locks);
            var result = change(unit);
            transaction.Advance(unit);
            return result;
        }
    }

    /// <summary>Runs the end of a transaction, to which its own locks are open.</summary>
    public void End(Transaction transaction, Action<WriteUnit> change) => Exclusive(() =>
        Publish(new WriteUnit(_catalog, _clock, Ids, Locks) { Ending = transaction }, unit =>
        {
            change(unit);
            return 0;
        }));

    /// <summary>Runs something while nothing is written, and wakes the writers that wait for a transaction.</summary>
    public T Exclusive<T>(Func<T> action)
    {
        lock (_writer)
        {
            try
            {
                return action();
            }
            finally
            {
                Monitor.PulseAll(_writer);
            }
        }
    }

    private T Publish<T>(WriteUnit unit, Func<WriteUnit, T> change)
    {
        var result = change(unit);
        _catalog = unit.Finish();
        unit.RunAfterwards();
        if (unit.LastLogged is { } optime)
        {
            _lastOptime = optime;
            Interlocked.Exchange(ref _lastWallTicks, _clock.Now.Ticks);
        }
        return result;
    }
}
