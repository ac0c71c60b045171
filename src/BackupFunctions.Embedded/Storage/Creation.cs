using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Makes collections.</summary>
internal static class Creation
{
    /// <summary>Makes a collection and logs it; <paramref name="options"/> and <paramref name="idIndex"/> are kept as given.</summary>
    public static StoredCollection Create(this WriteUnit unit, Namespace ns, byte[] options, byte[]? idIndex = null, Guid? uuid = null)
    {
        ns.CheckForCreate();
        if (unit.Has(ns)) throw new CommandException(48, "NamespaceExists", $"Collection {ns} already exists.");
        var parsed = new CollectionOptions(options, uuid ?? unit.Ids.NextUuid());
        var id = parsed.IsClustered ? ClusteredIndex(parsed) : idIndex is null ? IndexDefinition.Id : new IndexDefinition(idIndex);
        var collection = StoredCollection.Empty(ns, parsed, [id]);
        unit.Put(collection);
        if (!ns.IsReplicated) return collection;
        var o = new RawWriter().Append("create", ns.Collection).AppendAll(parsed.Document);
        if (!parsed.IsClustered) o.Append("idIndex", id.Spec);
        unit.Log(new OplogEntry("c", ns.Command.ToString(), parsed.Uuid, RawValue.Document(o.ToDocument())), u => u.Put(collection));
        return collection;
    }

    /// <summary>The collection to write to, made when it is absent.</summary>
    public static CollectionEditor EditOrCreate(this WriteUnit unit, Namespace ns)
    {
        if (!unit.Has(ns)) unit.Create(ns, CollectionOptions.None);
        return unit.Edit(ns);
    }

    private static IndexDefinition ClusteredIndex(CollectionOptions options)
    {
        var given = options.Clustered;
        var name = given["name"u8] is { Type: BsonType.String } text ? text.Text : "_id_";
        return new IndexDefinition(new RawWriter()
            .Append("v", 2).Append("key", new BsonDocument("_id", 1)).Append("name", name).Append("unique", true).Append("clustered", true)
            .ToDocument());
    }
}
