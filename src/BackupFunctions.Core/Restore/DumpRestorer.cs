using BackupFunctions.Mongo;
using BackupFunctions.MongoDump;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// Loads a dump in mongodump's layout: collections with their options, documents byte for byte, indexes after all data, views last. Users,
/// roles and what belongs to the server are left out, each with a warning.
/// </summary>
public sealed class DumpRestorer(MongoConnection connection, NamespaceFilter filter, bool drop)
{
    /// <summary>Loads what the filter selects.</summary>
    public async Task<DumpRestoreSummary> Run(IDumpSource dump, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var warnings = new List<string>(dump.Warnings);
        if (dump.HasOplog) warnings.Add("the dump has an oplog, which is not replayed: what changed while it was made may be inconsistent");
        var selected = Select(dump, warnings);
        if (selected.FirstOrDefault(c => c.Type == DumpCollection.Timeseries) is { } timeseries)
            throw new BackupException(ErrorKind.Configuration, $"restore {timeseries}: time series collections are not supported yet", "name what is to be restored with --ns-include, which may be repeated");

        var topology = await Topology.Read(connection, cancellationToken);
        var writer = new CollectionWriter(connection, topology);
        await using var pause = await TtlMonitorPause.Begin(connection, cancellationToken);
        var specs = selected.ToDictionary(c => c, Describe);
        var collections = specs.Values.Where(s => s.Type == CollectionType.Collection).ToList();
        if (drop) foreach (var view in specs.Values.Where(s => s.Type == CollectionType.View)) await writer.Drop(view.Namespace, cancellationToken);
        foreach (var spec in collections) await writer.Create(spec, drop ? ExistingCollection.Drop : ExistingCollection.ReplaceEmpty, cancellationToken);

        var sink = new Loader(writer, specs, progress);
        await dump.ReadAll(sink, cancellationToken);
        foreach (var spec in collections) warnings.AddRange(await writer.BuildIndexes(spec, cancellationToken));
        foreach (var view in specs.Values.Where(s => s.Type == CollectionType.View))
            await writer.Create(view, drop ? ExistingCollection.Drop : ExistingCollection.Refuse, cancellationToken);
        if (sink.EmptyTimestampsReplaced > 0)
            warnings.Add($"{sink.EmptyTimestampsReplaced} documents hold an empty timestamp, which this version of the server replaces by its clock");
        return new([.. specs.Select(s => sink.Loaded(s.Key, s.Value))], warnings);
    }

    private List<DumpCollection> Select(IDumpSource dump, List<string> warnings)
    {
        var selected = new List<DumpCollection>();
        foreach (var collection in dump.Collections)
        {
            var ns = new Namespace(collection.Database, collection.Name);
            if (collection.HoldsUsersOrRoles) warnings.Add($"{collection} is not restored: users and roles stay those of the target");
            else if (filter.Includes(ns)) selected.Add(collection);
            else if (!NamespaceFilter.Everything().Includes(ns)) warnings.Add($"{collection} is not restored: it belongs to the server");
        }
        return selected;
    }

    private static CollectionSpec Describe(DumpCollection collection) => new()
    {
        Namespace = new(collection.Database, collection.Name),
        Type = collection.Type switch
        {
            DumpCollection.View => CollectionType.View,
            DumpCollection.Timeseries => CollectionType.Timeseries,
            _ => CollectionType.Collection,
        },
        Options = collection.Options ?? Mongo.RawBson.Empty,
        Indexes = [.. collection.Indexes],
        Uuid = collection.Uuid,
    };

    private sealed class Loader(CollectionWriter writer, Dictionary<DumpCollection, CollectionSpec> specs, Action<long, long>? progress) : IDumpSink
    {
        private readonly Dictionary<DumpCollection, (long Documents, long Bytes)> _loaded = [];
        private long _bytes;

        public long EmptyTimestampsReplaced { get; private set; }

        public async ValueTask Documents(DumpCollection collection, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken ct)
        {
            if (!specs.TryGetValue(collection, out var spec)) return;
            var inserted = await writer.Insert(spec, documents, ct);
            var (count, bytes) = _loaded.GetValueOrDefault(collection);
            _loaded[collection] = (count + inserted.Documents, bytes + inserted.Bytes);
            EmptyTimestampsReplaced += inserted.EmptyTimestampsReplaced;
            progress?.Invoke(_bytes += inserted.Bytes, 0);
        }

        public ValueTask End(DumpCollection collection, long documents, CancellationToken ct) => ValueTask.CompletedTask;

        public RestoredCollection Loaded(DumpCollection collection, CollectionSpec spec)
        {
            var (documents, bytes) = _loaded.GetValueOrDefault(collection);
            return new(spec, documents, bytes);
        }
    }
}

/// <summary>What a dump gave.</summary>
public sealed record DumpRestoreSummary(IReadOnlyList<RestoredCollection> Collections, IReadOnlyList<string> Warnings);

/// <summary>A collection or view as it was created, and the documents loaded into it.</summary>
public sealed record RestoredCollection(CollectionSpec Spec, long Documents, long Bytes);
