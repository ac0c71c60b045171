using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Replication;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// Everything the embedded server holds, in memory, for all members of its replica set. Readers take a <see cref="Catalog"/>, which never
/// changes; writers come one at a time.
/// </summary>
internal sealed class Store
{
    /// <summary>The default bound of the oplog in bytes.</summary>
    public const long DefaultOplogBytes = 256L << 20;

    private readonly Lock _writer = new();
    private readonly OptimeClock _clock;
    private volatile StoreState _state = StoreState.Empty;

    /// <summary>An empty server: an oplog with its first entry, and the feature compatibility version.</summary>
    public Store(TimeProvider time, long oplogBytes = DefaultOplogBytes, int members = 1, long historyBytes = History.DefaultMaxBytes)
    {
        (Time, Ids, _clock) = (time, new IdentityMaker(time), new OptimeClock(time));
        History = new History(historyBytes);
        Replication = new ReplicaSet(this, members);
        Write(unit =>
        {
            var options = new RawWriter().Append("capped", true).Append("size", oplogBytes).ToDocument();
            unit.Put(StoredCollection.Empty(Namespace.Oplog, new CollectionOptions(options, Ids.NextUuid()), []));
            unit.Log(new OplogEntry("n", "", null, RawValue.From(new BsonDocument("msg", "initiating set"))));
            var version = new Namespace("admin", "system.version");
            unit.Create(version, CollectionOptions.None);
            unit.Insert(version, new BsonDocument { { "_id", "featureCompatibilityVersion" }, { "version", "7.0" } }.ToBson());
            return 0;
        });
    }

    public TimeProvider Time { get; }

    public IdentityMaker Ids { get; }

    public RetryableWrites Retryable { get; } = new();

    /// <summary>The members that serve this store.</summary>
    public ReplicaSet Replication { get; }

    /// <summary>The states of the past that can still be read.</summary>
    public History History { get; }

    /// <summary>The newest state: the primary's.</summary>
    public StoreState State => _state;

    /// <summary>All that is stored, as of now.</summary>
    public Catalog Catalog => _state.Catalog;

    /// <summary>Optime of the newest oplog entry.</summary>
    public BsonTimestamp LastOptime => _state.Optime;

    /// <summary>The highest optime there ever was; unlike <see cref="LastOptime"/> it does not go back in a rollback.</summary>
    public BsonTimestamp ClusterTime => _clock.Highest;

    /// <summary>Adds a collection that is computed; only while nobody is served yet.</summary>
    public void AddSeed(SeededCollection seed) => Write(unit =>
    {
        var ns = Namespace.Of(seed.Database, seed.Collection);
        if (unit.Find(ns) is not null) throw new CommandException(48, "NamespaceExists", $"seed {ns}: a collection has this name already");
        unit.Put(new ComputedCollection(ns, seed, Ids.NextUuid()));
        return 0;
    });

    /// <summary>
    /// Runs a change while no other runs; when it throws, nothing of it was done.
    /// </summary>
    public T Write<T>(Func<WriteUnit, T> change)
    {
        lock (_writer)
        {
            var unit = new WriteUnit(_state.Catalog, _clock, Ids);
            var result = change(unit);
            Show(unit);
            unit.RunAfterwards();
            return result;
        }
    }

    /// <summary>Writes a no-op entry: <c>{msg}</c> or another document.</summary>
    public BsonTimestamp WriteNoop(RawValue o) => Write(unit => unit.Log(new OplogEntry("n", "", null, o)));

    /// <summary>Does something while nobody writes.</summary>
    public T Exclusively<T>(Func<T> action)
    {
        lock (_writer) return action();
    }

    /// <summary>The term that new entries have.</summary>
    public void EnterTerm(long term) => _clock.Term = term;

    /// <summary>The state at an optime, also one between the entries of a unit of writing; null when it is no longer kept.</summary>
    public StoreState? StateAt(BsonTimestamp optime)
    {
        var (holding, after) = History.Around(optime);
        if (after is not { Journal: { Entries: > 1 } journal } || journal.First.Value > optime.Value) return holding;
        var unit = new WriteUnit(after.Before, _clock, Ids);
        journal.Replay(unit, optime);
        return after with { Optime = journal.LastUpTo(optime), Catalog = unit.Finish() };
    }

    /// <summary>Makes a past state the newest one; the entries behind it are gone. Only inside <see cref="Exclusively{T}"/>.</summary>
    /// <param name="state">The state.</param>
    /// <param name="reuseTimestamps">Whether the next entries may get optimes of those that are gone, in another term.</param>
    public StoreState ReturnTo(StoreState state, bool reuseTimestamps)
    {
        var oplog = new CollectionEditor((StoredCollection)Catalog.Find(Namespace.Oplog)!);
        foreach (var record in oplog.Current.Natural(forward: true, state.Optime.Value + 1)) oplog.Remove(record);
        History.CutAfter(state.Optime);
        Retryable.ForgetAfter(state.Optime);
        if (reuseTimestamps) _clock.Return(state.Optime);
        var catalog = state.Catalog.With(oplog.Current);
        _state = state with { Catalog = catalog, Before = catalog, Journal = new UnitJournal() };
        History.Add(_state);
        return _state;
    }

    private void Show(WriteUnit unit)
    {
        var (old, catalog, journal) = (_state, unit.Finish(), unit.Journal);
        journal.Close();
        if (journal.Entries == 0)
        {
            _state = old with { Catalog = catalog };
            History.ReplaceNewest(_state);
        }
        else
        {
            _state = new StoreState(journal.Last, _clock.Term, _clock.Now, catalog, old.Catalog, journal);
            History.Add(_state);
        }
        Replication.Advance();
    }
}
