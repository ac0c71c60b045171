using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The oplog entries of index builds: one for each index of an empty collection; over data a start, and a commit or an abort.</summary>
internal static class IndexBuildLog
{
    public static void Done(WriteUnit unit, StoredCollection collection, List<IndexDefinition> built)
    {
        var ns = collection.Namespace;
        if (!ns.IsReplicated) return;
        if (collection.Count == 0)
        {
            foreach (var definition in built)
            {
                var o = new RawWriter().Append("createIndexes", ns.Collection).AppendAll(definition.Spec).ToDocument();
                unit.Log(Entry(collection, o), u => Add(u, ns, definition));
            }
            return;
        }
        if (unit.Transaction is not null)
        {
            throw new CommandException(263, "OperationNotSupportedInTransaction", $"Cannot create new indexes on non-empty collection {ns} in a multi-document transaction.");
        }
        var build = Start(unit, collection, built);
        Committed(unit, collection, build, built);
    }

    public static void Committed(WriteUnit unit, StoredCollection collection, BsonBinaryData build, IReadOnlyList<IndexDefinition> built) =>
        unit.Log(Entry(collection, Build("commitIndexBuild", collection, build, built).ToDocument()));

    public static void Aborted(WriteUnit unit, StoredCollection collection, List<IndexDefinition> wanted, CommandException cause)
    {
        if (!collection.Namespace.IsReplicated) return;
        var build = Start(unit, collection, wanted);
        var o = Build("abortIndexBuild", collection, build, wanted)
            .Append("cause", new BsonDocument { { "ok", false }, { "code", cause.Code }, { "codeName", cause.CodeName }, { "errmsg", cause.Message } });
        unit.Log(Entry(collection, o.ToDocument()));
    }

    public static BsonBinaryData Start(WriteUnit unit, StoredCollection collection, IReadOnlyList<IndexDefinition> definitions)
    {
        var build = new BsonBinaryData(unit.Ids.NextUuid(), GuidRepresentation.Standard);
        unit.Log(Entry(collection, Build("startIndexBuild", collection, build, definitions).ToDocument()));
        return build;
    }

    private static RawWriter Build(string name, StoredCollection collection, BsonBinaryData build, IReadOnlyList<IndexDefinition> definitions) =>
        new RawWriter().Append(name, collection.Namespace.Collection).Append("indexBuildUUID", build).Append("indexes", RawWriter.Array(definitions.Select(d => d.Spec)));

    private static OplogEntry Entry(StoredCollection collection, byte[] o) =>
        new("c", collection.Namespace.Command.ToString(), collection.Options.Uuid, RawValue.Document(o));

    private static void Add(WriteUnit unit, Namespace ns, IndexDefinition definition)
    {
        var collection = unit.Edit(ns).Current;
        unit.Put(collection.With(collection.States.Add(CreateIndexesCommand.Build(collection, definition))));
    }
}
