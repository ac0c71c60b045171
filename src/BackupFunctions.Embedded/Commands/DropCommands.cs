using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>drop</c> and <c>dropDatabase</c>.</summary>
internal static class DropCommands
{
    public static BsonDocument Drop(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context);
        var ns = WriteTarget.Of(arguments);
        return store.Write(context, unit => Apply(unit, ns));
    }

    public static BsonDocument Apply(WriteUnit unit, Namespace ns)
    {
        switch (unit.Find(ns))
        {
            case null:
                return [];
            case View view:
                Views.Drop(unit, view);
                if (view.On.IsBuckets && unit.Find(view.On) is not null) Remove(unit, unit.Edit(view.On).Current);
                return new BsonDocument("ns", ns.ToString());
        }
        var collection = unit.Edit(ns).Current;
        Remove(unit, collection);
        return new BsonDocument { { "nIndexesWas", collection.Indexes.Count }, { "ns", ns.ToString() } };
    }

    public static BsonDocument DropDatabase(Store store, CommandContext context)
    {
        Arguments.Read(context);
        return store.Write(context, unit => Apply(unit, context.Database));
    }

    public static BsonDocument Apply(WriteUnit unit, string database)
    {
        Namespace.CheckDatabase(database);
        if (database is "admin" or "local" or "config")
        {
            throw new CommandException(20, "IllegalOperation", $"Dropping the '{database}' database is prohibited.");
        }
        var entries = unit.Catalog.In(database).OfType<Collection>().ToList();
        if (entries.Count == 0) return [];
        foreach (var entry in entries) Remove(unit, unit.Edit(entry.Namespace).Current);
        unit.Log(OplogEntry.Command(new Namespace(database, ""), null, new BsonDocument("dropDatabase", 1)));
        return new BsonDocument("dropped", database);
    }

    /// <summary>Drops a collection and logs it.</summary>
    public static void Remove(WriteUnit unit, StoredCollection collection)
    {
        var ns = collection.Namespace;
        unit.Remove(ns);
        if (!ns.IsReplicated) return;
        var count = CollectionStatistics.Number(collection.Count);
        unit.Log(OplogEntry.Command(ns, collection.Options.Uuid, new BsonDocument("drop", ns.Collection), new BsonDocument("numRecords", count)));
    }
}
