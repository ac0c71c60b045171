using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Restore;

/// <summary>Changes collections of the target. Each change may be asked for again when it has been made already.</summary>
internal sealed class CollectionChanges(TargetCommands target)
{
    /// <summary>Creates a collection. It is new and empty at that moment, so one of that name is left over from a later one and goes.</summary>
    public async Task Create(CollectionSpec spec, CancellationToken cancellationToken)
    {
        await Drop(spec.Namespace, cancellationToken).ConfigureAwait(false);
        var command = CreateCommand.Build(spec);
        await target.Run($"create {spec.Namespace}", ct => Tolerate(MongoErrors.NamespaceExists, spec.Namespace.Database, command, ct), cancellationToken).ConfigureAwait(false);
        if (spec.Type == CollectionType.Timeseries && !await target.Run($"describe {spec.DataNamespace}", ct => Exists(spec.DataNamespace, ct), cancellationToken).ConfigureAwait(false))
            throw TimeseriesErrors.WithoutBuckets("create", spec.Namespace);
    }

    /// <summary>Drops a collection; none is fine.</summary>
    public async Task Drop(Namespace ns, CancellationToken cancellationToken)
    {
        using var command = new RawBsonBuilder();
        var document = TargetCommands.Majority(command.Add("drop", ns.Collection)).ToDocument();
        await target.Run($"drop {ns}", ct => Tolerate(MongoErrors.NamespaceNotFound, ns.Database, document, ct), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Renames a collection, over one of the new name, which the oplog drops as well or which is left over from a later moment. When none has the
    /// old name and one has the new, it has been done; false when there is neither.
    /// </summary>
    public async Task<bool> Rename(Namespace from, Namespace to, CancellationToken cancellationToken)
    {
        if (from == to) throw new BackupException(ErrorKind.Configuration, $"rename {from}: the collection that it replaces goes to the same name", "choose other names for --ns-to");
        using var command = new RawBsonBuilder();
        command.Add("renameCollection", from.ToString()).Add("to", to.ToString()).Add("dropTarget", true);
        var document = TargetCommands.Majority(command).ToDocument();
        return await target.Run($"rename {from} to {to}", async ct =>
        {
            if (!await Exists(from, ct).ConfigureAwait(false)) return await Exists(to, ct).ConfigureAwait(false);
            using var reply = await target.Once("admin", document, ct).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a command that is made of the given fields on a collection.</summary>
    public async Task Change(string name, Namespace ns, RawBsonDocument fields, CancellationToken cancellationToken)
    {
        using var command = new RawBsonBuilder();
        command.Add(name, ns.Collection);
        foreach (var field in new RawElements(fields.Bytes().Span)) command.Element(field.Whole);
        using var reply = await target.Run($"run {name} on {ns}", ns.Database, TargetCommands.Majority(command).ToDocument(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> Exists(Namespace ns, CancellationToken cancellationToken)
    {
        using var command = new RawBsonBuilder();
        command.Add("listCollections", 1).BeginDocument("filter").Add("name", ns.Collection).End().Add("nameOnly", true);
        using var reply = await target.Once(ns.Database, command.ToDocument(), cancellationToken).ConfigureAwait(false);
        return new RawElements(RawBson.Nested(RawBson.Nested(reply.Bytes().Span, "cursor"u8), "firstBatch"u8)).MoveNext();
    }

    private async Task<bool> Tolerate(int code, string database, RawBsonDocument command, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await target.Once(database, command, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MongoCommandException e) when (e.Code == code)
        {
            return false;
        }
    }
}
