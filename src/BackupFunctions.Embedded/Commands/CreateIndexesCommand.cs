using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;
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
        var (reply, failure) = store.Write(context, unit => Create(unit, ns, specifications, arguments));
        return reply ?? throw failure!;
    }

    /// <summary>The reply, or what made a build fail that has begun and is in the oplog.</summary>
    private static (BsonDocument? Reply, CommandException? Failure) Create(WriteUnit unit, Namespace ns, List<byte[]> specifications, Arguments arguments)
    {
        ns = Series.Indexed(unit, ns, out var series);
        WriteTarget.Check(unit, ns);
        var automatic = unit.Find(ns) is null;
        var collection = unit.EditOrCreate(ns).Current;
        var collation = collection.Options.Document["collation"u8];
        var wanted = new List<IndexDefinition>();
        foreach (var specification in specifications)
        {
            var definition = new IndexDefinition(IndexSpecification.Complete(Wanted(series, specification), arguments.Flag("ignoreUnknownIndexOptions"), collation));
            if (!Exists(collection, collection.Indexes.Concat(wanted), definition)) wanted.Add(definition);
        }
        var states = collection.States;
        try
        {
            states = states.AddRange(wanted.Select(d => Build(collection, d)));
        }
        catch (CommandException e) when (unit.Transaction is null)
        {
            IndexBuildLog.Aborted(unit, collection, wanted, e);
            return (null, e);
        }
        if (wanted.Count > 0)
        {
            unit.Put(collection.With(states));
            IndexBuildLog.Done(unit, collection, wanted);
        }
        var reply = new BsonDocument
        {
            { "numIndexesBefore", collection.States.Length }, { "numIndexesAfter", states.Length }, { "createdCollectionAutomatically", automatic },
        };
        if (wanted.Count == 0) reply.Add("note", "all indexes already exist");
        return (reply, null);
    }

    private static RawValue Wanted(SeriesOptions? series, byte[] specification) =>
        RawValue.Document(series is null ? specification : SeriesIndexKey.SpecificationOfBuckets(series, RawValue.Document(specification)));

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
}
