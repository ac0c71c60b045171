using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>dropIndexes</c>: by name, by key, several by name, or all with <c>"*"</c>; the <c>_id</c> index stays.</summary>
internal static class DropIndexesCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "index");
        return store.Write(context, unit => Apply(unit, arguments));
    }

    public static BsonDocument Apply(WriteUnit unit, Arguments arguments)
    {
        var ns = WriteTarget.Of(arguments);
        var which = arguments["index"];
        if (unit.Find(ns) is null) throw new CommandException(26, "NamespaceNotFound", $"ns not found {ns}");
        ns = Series.Indexed(unit, ns, out var series);
        if (series is not null && which.IsDocument) which = SeriesIndexKey.OfBuckets(series, which);
        var collection = unit.Edit(ns).Current;
        var all = which.Type == BsonType.String && which.Text == "*";
        var dropped = all ? [.. collection.Indexes.Where(i => !i.IsId)] : Named(collection, which, arguments).Distinct().ToList();
        unit.Put(collection.With([.. collection.States.Where(s => !dropped.Contains(s.Definition))]));
        foreach (var definition in dropped.Where(_ => ns.IsReplicated))
        {
            var o = new BsonDocument { { "dropIndexes", ns.Collection }, { "index", definition.Name } };
            unit.Log(new OplogEntry("c", ns.Command.ToString(), collection.Options.Uuid, RawValue.From(o), definition.Spec));
        }
        var reply = new BsonDocument("nIndexesWas", collection.Indexes.Count);
        if (all) reply.Add("msg", "non-_id indexes dropped for collection");
        return reply;
    }

    private static IEnumerable<IndexDefinition> Named(StoredCollection collection, RawValue which, Arguments arguments)
    {
        if (which.IsMissing) throw arguments.Required("index");
        if (which.IsArray)
        {
            foreach (var element in which.Elements)
            {
                if (element.Value.Type != BsonType.String) throw arguments.WrongType("index", element.Value, "string");
                yield return ByName(collection, element.Value.Text);
            }
        }
        else if (which.Type == BsonType.String)
        {
            yield return ByName(collection, which.Text);
        }
        else
        {
            yield return ByKey(collection, which, arguments);
        }
    }

    private static IndexDefinition ByName(StoredCollection collection, string name) => Droppable(
        collection.Indexes.FirstOrDefault(i => i.Name == name) ?? throw new CommandException(27, "IndexNotFound", $"index not found with name [{name}]"));

    private static IndexDefinition ByKey(StoredCollection collection, RawValue key, Arguments arguments)
    {
        if (!key.IsDocument) throw arguments.WrongType("index", key, "object");
        var found = collection.Indexes.Where(i => BsonOrder.Compare(i.Key, key) == 0).ToList();
        return found.Count switch
        {
            0 => throw new CommandException(27, "IndexNotFound", $"can't find index with key: {key}"),
            1 => Droppable(found[0]),
            _ => throw new CommandException(181, "AmbiguousIndexKeyPattern", $"{found.Count} indexes found for key: {key}, identify by name instead."),
        };
    }

    private static IndexDefinition Droppable(IndexDefinition index)
    {
        if (index.Clustered) throw new CommandException(5979800, "Location5979800", "Cannot drop the clustered index. Try dropping the collection instead");
        return index.IsId ? throw new CommandException(72, "InvalidOptions", "cannot drop _id index") : index;
    }
}
