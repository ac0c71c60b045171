using BackupFunctions.Embedded.Server;
using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// Everything the embedded server holds, in memory. Readers take <see cref="Catalog"/>, which never changes; writers come one at a time.
/// </summary>
internal sealed class Store : IOptimeSource
{
    /// <summary>The default bound of the oplog in bytes.</summary>
    public const long DefaultOplogBytes = 256L << 20;

    private readonly Lock _writer = new();
    private readonly OptimeClock _clock;
    private volatile Catalog _catalog = Catalog.Empty;
    private volatile BsonTimestamp _lastOptime = new(0, 0);
    private long _lastWallTicks;

    /// <summary>An empty server: an oplog with its first entry, and the feature compatibility version.</summary>
    public Store(TimeProvider time, long oplogBytes = DefaultOplogBytes)
    {
        (Time, Ids, _clock) = (time, new IdentityMaker(time), new OptimeClock(time));
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

    /// <summary>All that is stored, as of now.</summary>
    public Catalog Catalog => _catalog;

    /// <summary>Optime of the newest oplog entry.</summary>
    public BsonTimestamp LastOptime => _lastOptime;

    /// <summary>Wall clock time of the newest oplog entry, UTC.</summary>
    public DateTime LastWallTime => new(Interlocked.Read(ref _lastWallTicks), DateTimeKind.Utc);

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
            var unit = new WriteUnit(_catalog, _clock, Ids);
            var result = change(unit);
            _catalog = unit.Finish();
            unit.RunAfterwards();
            if (_clock.Last.Value != _lastOptime.Value)
            {
                _lastOptime = _clock.Last;
                Interlocked.Exchange(ref _lastWallTicks, _clock.Now.Ticks);
            }
            return result;
        }
    }
}
