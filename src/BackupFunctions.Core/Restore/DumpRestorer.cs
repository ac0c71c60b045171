using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.MongoDump;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// Loads a dump in mongodump's layout: collections and time series with their options, documents byte for byte, indexes after all data, views last. Users,
/// roles and what belongs to the server are left out, each with a warning.
/// </summary>
public sealed class DumpRestorer(MongoConnection connection, NamespaceFilter filter, bool drop)
{
    /// <summary>Loads what the filter selects.</summary>
    public async Task<DumpRestoreSummary> Run(IDumpSource dump, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var warnings = new List<string>(dump.Warnings);
        var selected = Select(dump, warnings);
        if (selected.Count == 0)
            throw BackupException.NotFound($"restore {dump.Describe}: nothing in it is to be restored{string.Concat(warnings.Select(w => $"; {w}"))}", "check the path and the namespace patterns");
        var specs = selected.ToDictionary(c => c, c => Describe(c, warnings));

        var topology = await Topology.Read(connection, cancellationToken);
        var writer = new CollectionWriter(connection, topology);
        await using var pause = await TtlMonitorPause.Begin(connection, cancellationToken);
        var collections = specs.Values.Where(s => s.Type != CollectionType.View).ToList();
        if (drop) foreach (var view in specs.Values.Where(s => s.Type == CollectionType.View)) await writer.Drop(view.Namespace, cancellationToken);
        foreach (var spec in collections) await writer.Create(spec, drop ? ExistingCollection.Drop : ExistingCollection.ReplaceEmpty, cancellationToken);

        var sink = new Loader(writer, specs, progress);
        await ReadAll(dump, sink, cancellationToken);
        foreach (var spec in collections) warnings.AddRange(await writer.BuildIndexes(spec, cancellationToken));
        foreach (var view in specs.Values.Where(s => s.Type == CollectionType.View))
            await writer.Create(view, drop ? ExistingCollection.Drop : ExistingCollection.Refuse, cancellationToken);
        warnings.AddRange(sink.Changed.Select(c => $"{c.Key}: {c.Value} documents do not begin with _id; the server moved it to the front, or made one"));
        if (sink.EmptyTimestampsReplaced > 0)
            warnings.Add($"{sink.EmptyTimestampsReplaced} documents hold an empty timestamp, which this version of the server replaces by its clock");
        return new([.. specs.Select(s => sink.Loaded(s.Key, s.Value))], warnings);
    }

    private static async Task ReadAll(IDumpSource dump, Loader sink, CancellationToken cancellationToken)
    {
        try
        {
            await dump.ReadAll(sink, cancellationToken);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Corrupt && e.Hint is null)
        {
            throw new BackupException(e.Kind, e.Message, "what was loaded before stays; take another copy of the dump and restore it with --drop", e);
        }
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

    private static CollectionSpec Describe(DumpCollection collection, List<string> warnings) => new()
    {
        Namespace = new(collection.Database, collection.Name),
        Type = collection.Type switch
        {
            DumpCollection.View => CollectionType.View,
            DumpCollection.Timeseries => CollectionType.Timeseries,
            _ => CollectionType.Collection,
        },
        Options = collection.Options ?? RawBson.Empty,
        Indexes = DumpIndexes.Buildable(collection, warnings),
        Uuid = collection.Uuid,
    };

    private sealed class Loader(CollectionWriter writer, Dictionary<DumpCollection, CollectionSpec> specs, Action<long, long>? progress) : IDumpSink
    {
        private readonly Dictionary<DumpCollection, (long Documents, long Bytes)> _loaded = [];
        private long _bytes;

        public long EmptyTimestampsReplaced { get; private set; }

        /// <summary>How many documents of a collection are not stored as they are, because they do not begin with their id.</summary>
        public Dictionary<Namespace, long> Changed { get; } = [];

        public async ValueTask Documents(DumpCollection collection, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken ct)
        {
            if (!specs.TryGetValue(collection, out var spec)) return;
            var inserted = await writer.Insert(spec, documents, ct);
            var (count, bytes) = _loaded.GetValueOrDefault(collection);
            _loaded[collection] = (count + inserted.Documents, bytes + inserted.Bytes);
            if (documents.Count(d => !BeginsWithId(d.Span)) is var others and > 0)
                Changed[spec.Namespace] = Changed.GetValueOrDefault(spec.Namespace) + others;
            EmptyTimestampsReplaced += inserted.EmptyTimestampsReplaced;
            progress?.Invoke(_bytes += inserted.Bytes, 0);
        }

        public ValueTask End(DumpCollection collection, long documents, CancellationToken ct) => ValueTask.CompletedTask;

        // behind the length and the type
        private static bool BeginsWithId(ReadOnlySpan<byte> document) => document[5..].StartsWith("_id\0"u8);

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
