using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Lists what is to be backed up, with the bytes of options and indexes as the server has them.</summary>
public static class CollectionLister
{
    private static readonly BsonDocument Empty = [];

    /// <summary>
    /// The collections, time series and views that the filter includes, ordered by name. One that is dropped meanwhile is left out. Encrypted collections
    /// are listed, for the plan to warn. A time series without a collection of buckets is <see cref="ErrorKind.Configuration"/>.
    /// </summary>
    public static Task<IReadOnlyList<CollectionSpec>> List(MongoConnection connection, NamespaceFilter filter, CancellationToken cancellationToken) =>
        MongoCall.Run(connection, "list collections", MongoCall.BackupRoles, ct => ListOnce(connection, filter, ct), cancellationToken);

    /// <summary>One collection or view of the target of a restore; null when there is none of this name.</summary>
    public static Task<CollectionSpec?> Find(MongoConnection connection, Namespace ns, CancellationToken cancellationToken) =>
        MongoCall.Run(connection, $"describe {ns}", MongoCall.RestoreRole, ct => FindOnce(connection, ns, ct), cancellationToken);

    /// <summary>The names of all collections and views, the server's own among them.</summary>
    public static Task<IReadOnlyList<Namespace>> Names(MongoConnection connection, CancellationToken cancellationToken) =>
        MongoCall.Run(connection, "list collections", MongoCall.RestoreRole, async ct =>
        {
            var names = new List<Namespace>();
            foreach (var database in await Databases(connection, ct).ConfigureAwait(false))
            {
                await foreach (var entry in Entries(connection, new Namespace(database, ""), ct).ConfigureAwait(false)) names.Add(new(database, NameOf(entry)));
            }
            return (IReadOnlyList<Namespace>)names;
        }, cancellationToken);

    /// <summary>Whether a collection or view has this name.</summary>
    public static Task<bool> Exists(MongoConnection connection, Namespace ns, CancellationToken cancellationToken) =>
        MongoCall.Run(connection, $"describe {ns}", MongoCall.RestoreRole, ct => ExistsOnce(connection, ns, ct), cancellationToken);

    private static async Task<IReadOnlyList<CollectionSpec>> ListOnce(
        MongoConnection connection, NamespaceFilter filter, CancellationToken cancellationToken)
    {
        var specs = new List<CollectionSpec>();
        foreach (var database in await Databases(connection, cancellationToken).ConfigureAwait(false))
        {
            if (!filter.MayInclude(database)) continue;
            await foreach (var spec in ListDatabase(connection, database, filter, cancellationToken).ConfigureAwait(false)) specs.Add(spec);
        }
        return [.. specs.OrderBy(s => s.Namespace)];
    }

    private static async Task<CollectionSpec?> FindOnce(MongoConnection connection, Namespace ns, CancellationToken cancellationToken)
    {
        await foreach (var entry in Entries(connection, ns, cancellationToken).ConfigureAwait(false))
            return await Describe(connection, ns.Database, entry, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private static async Task<bool> ExistsOnce(MongoConnection connection, Namespace ns, CancellationToken cancellationToken)
    {
        await foreach (var _ in Entries(connection, ns, cancellationToken).ConfigureAwait(false)) return true;
        return false;
    }

    private static async IAsyncEnumerable<CollectionSpec> ListDatabase(
        MongoConnection connection, string database, NamespaceFilter filter,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in Entries(connection, new Namespace(database, ""), cancellationToken).ConfigureAwait(false))
        {
            if (!filter.Includes(new Namespace(database, NameOf(entry)))) continue;
            if (await Describe(connection, database, entry, cancellationToken).ConfigureAwait(false) is { } spec) yield return spec;
        }
    }

    private static IAsyncEnumerable<RawBsonDocument> Entries(MongoConnection connection, Namespace ns, CancellationToken cancellationToken)
    {
        using var command = new RawBsonBuilder();
        command.Add("listCollections", 1).BeginDocument("filter");
        if (ns.Collection.Length > 0) command.Add("name", ns.Collection);
        command.End().BeginDocument("cursor").End();
        return RawCursor.Read(connection, ns.Database, command.ToDocument(), cancellationToken);
    }

    private static async Task<IReadOnlyList<string>> Databases(MongoConnection connection, CancellationToken cancellationToken)
    {
        var reply = await connection.Run("admin", new BsonDocument { { "listDatabases", 1 }, { "nameOnly", true } }, cancellationToken).ConfigureAwait(false);
        return [.. reply["databases"].AsBsonArray.Select(d => d["name"].AsString).Order(StringComparer.Ordinal)];
    }

    private static async Task<CollectionSpec?> Describe(
        MongoConnection connection, string database, RawBsonDocument entry, CancellationToken cancellationToken)
    {
        var spec = FromEntry(database, entry);
        if (spec.Type == CollectionType.View) return spec;
        if (spec.Type == CollectionType.Timeseries && !await ExistsOnce(connection, spec.DataNamespace, cancellationToken).ConfigureAwait(false))
        {
            if (!await ExistsOnce(connection, spec.Namespace, cancellationToken).ConfigureAwait(false)) return null;
            throw TimeseriesErrors.WithoutBuckets("read", spec.Namespace);
        }
        try
        {
            var indexes = await Indexes(connection, spec.Namespace, cancellationToken).ConfigureAwait(false);
            var (documents, bytes) = await Sizes(connection, spec.DataNamespace, cancellationToken).ConfigureAwait(false);
            return spec with { Indexes = indexes, Documents = documents, Bytes = bytes };
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.NamespaceNotFound)
        {
            return null;
        }
    }

    /// <summary>What an entry of <c>listCollections</c> says, without indexes and sizes.</summary>
    public static CollectionSpec FromEntry(string database, RawBsonDocument entry)
    {
        var bytes = entry.Bytes().Span;
        var ns = new Namespace(database, NameOf(entry));
        var options = RawBson.Nested(bytes, "options"u8);
        var info = RawBson.Nested(bytes, "info"u8);
        return new CollectionSpec
        {
            Namespace = ns,
            Type = ns.IsBuckets ? CollectionType.Collection : TypeOf(bytes, options),
            Options = options.IsEmpty ? RawBson.Empty : new RawBsonDocument(options.ToArray()),
            Indexes = [],
            Uuid = !info.IsEmpty && RawBson.TryFind(info, "uuid"u8, out var uuid) && uuid.Type == BsonType.Binary && uuid.Value.Length == 21
                ? new Guid(uuid.Value[5..], bigEndian: true)
                : null,
        };
    }

    private static CollectionType TypeOf(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> options)
    {
        if (!options.IsEmpty && RawBson.TryFind(options, "timeseries"u8, out _)) return CollectionType.Timeseries;
        if (!options.IsEmpty && RawBson.TryFind(options, "viewOn"u8, out _)) return CollectionType.View;
        return RawBson.TryFind(entry, "type"u8, out var type) && type.Value[4..^1].SequenceEqual("view"u8) ? CollectionType.View : CollectionType.Collection;
    }

    private static async Task<IReadOnlyList<RawBsonDocument>> Indexes(MongoConnection connection, Namespace ns, CancellationToken cancellationToken)
    {
        using var command = new RawBsonBuilder();
        command.Add("listIndexes", ns.Collection).Add("includeBuildUUIDs", true).BeginDocument("cursor").End();
        var indexes = new List<RawBsonDocument>();
        await foreach (var index in RawCursor.Read(connection, ns.Database, command.ToDocument(), cancellationToken).ConfigureAwait(false))
        {
            // {spec, buildUUID} is still being built and may yet fail: the oplog has its commit
            if (!RawBson.TryFind(index.Bytes().Span, "buildUUID"u8, out _)) indexes.Add(index);
        }
        return indexes;
    }

    private static async Task<(long Documents, long Bytes)> Sizes(MongoConnection connection, Namespace ns, CancellationToken cancellationToken)
    {
        var stage = new BsonDocument("$collStats", new BsonDocument { { "count", Empty }, { "storageStats", Empty } });
        using var cursor = await connection.Client.GetDatabase(ns.Database).WithReadPreference(connection.Reads)
            .GetCollection<BsonDocument>(ns.Collection)
            .AggregateAsync<BsonDocument>(new[] { stage }, cancellationToken: cancellationToken).ConfigureAwait(false);
        var stats = await cursor.FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        if (stats is null) return (0, 0);
        var storage = stats.GetValue("storageStats", Empty).AsBsonDocument;
        return (stats.GetValue("count", 0).ToInt64(), storage.GetValue("size", 0).ToInt64());
    }

    private static string NameOf(RawBsonDocument entry) =>
        RawBson.TryFind(entry.Bytes().Span, "name"u8, out var name)
            ? System.Text.Encoding.UTF8.GetString(name.Value[4..^1])
            : throw new BackupException(ErrorKind.Failed, "list collections: the server sent an entry without a name");
}
