using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>createIndexes</c>: all of them or, when one fails, none.</summary>
internal static class CreateIndexesCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "indexes", "commitQuorum", "ignoreUnknownIndexOptions", "v");
        var ns = WriteTarget.Of(arguments);
        var specifications = arguments.Documents("indexes");
        if (specifications.Count == 0) throw new CommandException(2, "BadValue", "Must specify at least one index to create");
        return store.Write(context, unit =>
        {
            WriteTarget.Check(unit, ns);
            var automatic = unit.Find(ns) is null;
            var collection = unit.EditOrCreate(ns).Current;
            var collation = collection.Options.Document["collation"u8];
            var (states, built) = (collection.States, new List<IndexDefinition>());
            foreach (var specification in specifications)
            {
                var definition = new IndexDefinition(IndexSpecification.Complete(RawValue.Document(specification), arguments.Flag("ignoreUnknownIndexOptions"), collation));
                if (Exists(collection, states.Select(s => s.Definition), definition)) continue;
                states = states.Add(Build(collection, definition));
                built.Add(definition);
            }
            if (built.Count > 0)
            {
                unit.Put(collection.With(states));
                Log(unit, collection, built);
            }
            var reply = new BsonDocument
            {
                { "numIndexesBefore", collection.States.Length }, { "numIndexesAfter", states.Length }, { "createdCollectionAutomatically", automatic },
            };
            if (built.Count == 0) reply.Add("note", "all indexes already exist");
            return reply;
        });
    }

    /// <summary>The index's entries of all documents; error 11000 when a unique one meets a key twice.</summary>
    public static IndexState Build(StoredCollection collection, IndexDefinition definition)
    {
        var editor = new IndexEditor(collection.Namespace, StoredCollection.Empty(definition));
        foreach (var record in collection.Records)
        {
            var keys = editor.Keys(record);
            editor.CheckUnique(keys, record.Id);
            editor.Add(keys, record.Id);
        }
        return editor.ToState();
    }

    private static bool Exists(StoredCollection collection, IEnumerable<IndexDefinition> existing, IndexDefinition wanted)
    {
        foreach (var index in existing)
        {
            var same = IndexSpecification.HaveSameSignature(index, wanted);
            if (index.IsId && wanted.IsId) return true;
            if (index.Name == wanted.Name)
            {
                if (!same)
                {
                    throw new CommandException(86, "IndexKeySpecsConflict", $"An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: {wanted.Spec}, existing index: {index.Spec}");
                }
                if (IndexSpecification.HaveSameOptions(index, wanted)) return true;
                throw new CommandException(85, "IndexOptionsConflict", $"An equivalent index already exists with the same name but different options. Requested index: {wanted.Spec}, existing index: {index.Spec}");
            }
            if (same) throw new CommandException(85, "IndexOptionsConflict", $"Index already exists with a different name: {index.Name}");
        }
        if (wanted.IsId && collection.Options.IsClustered) return true;
        return false;
    }

    private static void Add(WriteUnit unit, Namespace ns, IndexDefinition definition)
    {
        var collection = unit.Edit(ns).Current;
        unit.Put(collection.With(collection.States.Add(Build(collection, definition))));
    }

    private static void Log(WriteUnit unit, StoredCollection collection, List<IndexDefinition> built)
    {
        var ns = collection.Namespace;
        if (!ns.IsReplicated) return;
        var (command, uuid) = (ns.Command.ToString(), collection.Options.Uuid);
        if (collection.Count == 0)
        {
            foreach (var definition in built)
            {
                var o = new RawWriter().Append("createIndexes", ns.Collection).AppendAll(definition.Spec).ToDocument();
                unit.Log(new OplogEntry("c", command, uuid, RawValue.Document(o)), u => Add(u, ns, definition));
            }
            return;
        }
        if (unit.Transaction is not null)
        {
            throw new CommandException(263, "OperationNotSupportedInTransaction", $"Cannot create new indexes on non-empty collection {ns} in a multi-document transaction.");
        }
        // Over data, an index build has a start and a commit.
        var build = new BsonBinaryData(unit.Ids.NextUuid(), GuidRepresentation.Standard);
        foreach (var name in new[] { "startIndexBuild", "commitIndexBuild" })
        {
            var o = new RawWriter().Append(name, ns.Collection).Append("indexBuildUUID", build).Append("indexes", RawWriter.Array(built.Select(b => b.Spec))).ToDocument();
            unit.Log(new OplogEntry("c", command, uuid, RawValue.Document(o)));
        }
    }
}
