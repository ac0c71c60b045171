using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Reads the oplog's commands on indexes, which change the catalogue alone.</summary>
internal sealed class IndexReplay(ReplayCatalogue catalogue)
{
    /// <summary><c>{createIndexes, v, key, name, ...}</c>, or a list of <c>indexes</c>.</summary>
    public CommandChange Create(OplogOperation operation, Namespace ns)
    {
        if (!RawBson.Nested(operation.O.Span, "indexes"u8).IsEmpty) return Commit(operation, ns);
        var fields = new OptionFields(operation.O.Span);
        fields.Remove("createIndexes"u8);
        var index = fields.ToDocument();
        return new(null, () => catalogue.AddIndex(ns, index));
    }

    /// <summary><c>{commitIndexBuild, indexes: [...]}</c>.</summary>
    public CommandChange Commit(OplogOperation operation, Namespace ns) => new(null, () =>
    {
        foreach (var index in new RawElements(RawBson.Nested(operation.O.Span, "indexes"u8))) catalogue.AddIndex(ns, new RawBsonDocument(index.Value.ToArray()));
    });

    /// <summary><c>{dropIndexes, index}</c>.</summary>
    public CommandChange Drop(OplogOperation operation, Namespace ns) =>
        new(null, () => catalogue.SetIndexes(ns, IndexFold.Drop(catalogue.Touch(ns).Indexes, operation.O.Span)));

    /// <summary>A document of <c>system.indexes</c>, as old servers logged an index: <c>{ns, key, name, ...}</c>.</summary>
    public static (Namespace Namespace, RawBsonDocument Index) OldStyle(OplogOperation operation)
    {
        if (!RawBson.TryFind(operation.O.Span, "ns"u8, out var ns) || ns.Type != BsonType.String)
            throw BackupException.Corrupt($"replay insert on {operation.Namespace}: the index has no ns");
        return (LoggedNamespace.Parse(ns.Text), new RawBsonDocument(operation.O.ToArray()));
    }
}
