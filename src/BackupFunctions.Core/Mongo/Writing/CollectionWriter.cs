using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>What to do when a collection that is to be created is there.</summary>
public enum ExistingCollection
{
    /// <summary>Fail.</summary>
    Refuse,

    /// <summary>Replace it when it holds no documents, and fail otherwise.</summary>
    ReplaceEmpty,

    /// <summary>Drop it, whatever it holds.</summary>
    Drop,
}

/// <summary>
/// Writes collections and time series as they were: options, documents, then indexes; views and what deletes by age last. Each method takes the description of the
/// collection with the namespace where it is to go. Thread-safe. Everything waits for a majority of the members.
/// </summary>
public sealed class CollectionWriter(MongoConnection connection, Topology topology)
{
    private const int InvalidIndexSpecificationOption = 197;

    private readonly DocumentInserter _inserter = new(connection.RunRaw, topology.Version, connection.Time);

    /// <summary>Creates the collection or view with its options.</summary>
    public async Task Create(CollectionSpec spec, ExistingCollection existing, CancellationToken cancellationToken)
    {
        await MakeRoom(spec.Namespace, existing, cancellationToken).ConfigureAwait(false);
        var command = CreateCommand.Build(spec);
        var repeated = false;
        await Run(spec.Namespace, "create", async ct =>
        {
            try
            {
                using var reply = await connection.RunRaw(spec.Namespace.Database, command, ct).ConfigureAwait(false);
            }
            catch (MongoCommandException e) when (repeated && e.Code == MongoErrors.NamespaceExists)
            {
                // made by the attempt whose reply was lost
            }
            catch (Exception e) when (MongoErrors.IsTransient(e))
            {
                repeated = true;
                throw;
            }
        }, cancellationToken).ConfigureAwait(false);
        if (spec.Type != CollectionType.Timeseries) return;
        if (!await CollectionLister.Exists(connection, spec.DataNamespace, cancellationToken).ConfigureAwait(false))
        {
            await Drop(spec.Namespace, cancellationToken).ConfigureAwait(false);
            throw TimeseriesErrors.WithoutBuckets("create", spec.Namespace);
        }
        if (RawBson.TryFind(spec.Options.Bytes().Span, TimeseriesCommands.MixedSchemaUtf8, out var mixed) && IndexSpec.IsTrue(mixed))
            await Send(spec.Namespace, "change", TimeseriesCommands.AllowMixedSchema(spec.Namespace), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Inserts raw documents, of a time series buckets: see <see cref="DocumentInserter"/>. With <paramref name="repeatable"/> those that are there with the same bytes
    /// count as inserted, for work that may run twice.
    /// </summary>
    public Task<InsertSummary> Insert(
        CollectionSpec spec, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken, bool repeatable = false) =>
        _inserter.Insert(spec, documents, cancellationToken, repeatable);

    /// <summary>
    /// Builds the indexes, after the data. Gives a warning for each group of indexes that the server took only without options it does not know. A
    /// time series loses the index that newer servers make of themselves and it did not have, and gets its expiry.
    /// </summary>
    public async Task<IReadOnlyList<string>> BuildIndexes(CollectionSpec spec, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        if (spec.Type == CollectionType.Timeseries) await DropUnlisted(spec, cancellationToken).ConfigureAwait(false);
        foreach (var group in CreateIndexesCommand.Groups(spec))
        {
            var names = string.Join(", ", group.Select(IndexSpec.Name));
            await Run(spec.Namespace, $"create indexes {names} of", async ct =>
            {
                try
                {
                    using var reply = await connection.RunRaw(spec.Namespace.Database, CreateIndexesCommand.Build(spec, group), ct).ConfigureAwait(false);
                }
                catch (MongoCommandException e) when (e.Code == InvalidIndexSpecificationOption)
                {
                    var command = CreateIndexesCommand.Build(spec, group, ignoreUnknownOptions: true);
                    using var reply = await connection.RunRaw(spec.Namespace.Database, command, ct).ConfigureAwait(false);
                    warnings.Add($"{spec.Namespace}: the server does not know all options of its indexes ({names}) and left them out: {e.Message.TrimEnd('.')}");
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        if (spec.Type == CollectionType.Timeseries && TimeseriesCommands.Expire(spec) is { } expire)
            await Send(spec.Namespace, "change", expire, cancellationToken).ConfigureAwait(false);
        return warnings;
    }

    /// <summary>Drops a collection or view; none is fine.</summary>
    public Task Drop(Namespace ns, CancellationToken cancellationToken) => Run(ns, "drop", async ct =>
    {
        try
        {
            await connection.Client.GetDatabase(ns.Database).RunCommandAsync<BsonDocument>(
                new BsonDocument { { "drop", ns.Collection }, { "writeConcern", Majority } }, ReadPreference.Primary, ct).ConfigureAwait(false);
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.NamespaceNotFound)
        {
        }
    }, cancellationToken);

    /// <summary>Drops a database; none is fine.</summary>
    public Task DropDatabase(string database, CancellationToken cancellationToken) => Run(database, "drop database", async ct =>
        await connection.Client.GetDatabase(database).RunCommandAsync<BsonDocument>(
            new BsonDocument { { "dropDatabase", 1 }, { "writeConcern", Majority } }, ReadPreference.Primary, ct).ConfigureAwait(false), cancellationToken);

    private async Task DropUnlisted(CollectionSpec series, CancellationToken cancellationToken)
    {
        var found = await CollectionLister.Find(connection, series.Namespace, cancellationToken).ConfigureAwait(false);
        foreach (var index in found?.Indexes ?? [])
        {
            if (IndexSpec.IsClustered(index) || series.Indexes.Any(wanted => SpecComparer.IsSame(wanted, index))) continue;
            await Send(series.Namespace, "drop an index of", TimeseriesCommands.DropIndex(series.Namespace, IndexSpec.Name(index)), cancellationToken).ConfigureAwait(false);
        }
    }

    private static BsonDocument Majority => new("w", "majority");

    private async Task MakeRoom(Namespace ns, ExistingCollection existing, CancellationToken cancellationToken)
    {
        if (existing == ExistingCollection.Drop)
        {
            await Drop(ns, cancellationToken).ConfigureAwait(false);
            return;
        }
        var found = await CollectionLister.Find(connection, ns, cancellationToken).ConfigureAwait(false);
        if (found is null) return;
        if (existing == ExistingCollection.Refuse || found.Type == CollectionType.View || await HasDocuments(ns, cancellationToken).ConfigureAwait(false))
        {
            throw new BackupException(ErrorKind.Failed, $"create {ns}: it exists already",
                "restore under another name, or allow existing collections to be dropped");
        }
        await Drop(ns, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> HasDocuments(Namespace ns, CancellationToken cancellationToken)
    {
        using var find = new RawBsonBuilder();
        find.Add("find", ns.Collection).Add("limit", 1).Add("singleBatch", true);
        using var reply = await connection.RunRaw(ns.Database, find.ToDocument(), cancellationToken).ConfigureAwait(false);
        return new RawElements(RawBson.Nested(RawBson.Nested(reply.Bytes().Span, "cursor"u8), "firstBatch"u8)).MoveNext();
    }

    private Task Send(Namespace ns, string what, RawBsonDocument command, CancellationToken cancellationToken) => Run(ns, what, async ct =>
    {
        try
        {
            using var reply = await connection.RunRaw(ns.Database, command, ct).ConfigureAwait(false);
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.IndexNotFound)
        {
            // dropped by the attempt whose reply was lost
        }
    }, cancellationToken);

    private async Task Run(object target, string what, Func<CancellationToken, Task> action, CancellationToken cancellationToken) =>
        await MongoCall.Run(connection, $"{what} {target}", MongoCall.RestoreRole, async ct =>
        {
            await action(ct).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
}
