using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace BackupFunctions.Embedded.Users;

/// <summary>
/// <c>admin.system.users</c> and <c>admin.system.roles</c>: ordinary collections, with ordinary oplog entries, whose documents have
/// <c>db.name</c> as their <c>_id</c>.
/// </summary>
internal static class AuthorizationCollections
{
    public static readonly Namespace Users = new("admin", "system.users"), Roles = new("admin", "system.roles");

    public static string Id(string database, string name) => $"{database}.{name}";

    public static BsonDocument? Find(WriteUnit unit, Namespace ns, string id) =>
        unit.Find(ns) is StoredCollection && unit.Edit(ns).FindById(RawValue.From(id)) is { } record ? Read(record.Bytes) : null;

    public static BsonDocument? Find(Catalog catalog, Namespace ns, string id) => All(catalog, ns).FirstOrDefault(d => d["_id"] == id);

    public static IEnumerable<BsonDocument> All(Catalog catalog, Namespace ns) =>
        catalog.FindCollection(ns) is { } collection ? collection.Natural(forward: true).Select(r => Read(r.Bytes)) : [];

    /// <summary>Inserts a document, or puts it in the place of the one with its <c>_id</c>.</summary>
    public static void Put(WriteUnit unit, Namespace ns, byte[] bytes)
    {
        Make(unit, ns);
        var document = RawValue.Document(bytes);
        if (unit.Edit(ns).FindById(document["_id"u8]) is not { } old) unit.Insert(ns, bytes);
        else if (!old.Bytes.AsSpan().SequenceEqual(bytes)) unit.Replace(ns, old, bytes, UpdateDiff.Of(old.Document, document, always: true));
    }

    public static bool Delete(WriteUnit unit, Namespace ns, string id)
    {
        if (unit.Find(ns) is not StoredCollection || unit.Edit(ns).FindById(RawValue.From(id)) is not { } record) return false;
        unit.Delete(ns, record);
        return true;
    }

    /// <summary>The driver's form of a document, to be changed.</summary>
    public static BsonDocument Read(byte[] bytes) => BsonSerializer.Deserialize<BsonDocument>(bytes);

    private static void Make(WriteUnit unit, Namespace ns)
    {
        if (unit.Has(ns)) return;
        var (collection, name) = (unit.Create(ns, CollectionOptions.None), ns == Users ? "user" : "role");
        var index = new IndexDefinition(new BsonDocument
        {
            { "v", 2 }, { "key", new BsonDocument { { name, 1 }, { "db", 1 } } }, { "name", $"{name}_1_db_1" }, { "unique", true },
        }.ToBson());
        unit.Put(collection.With(collection.States.Add(StoredCollection.Empty(index))));
        var o = new RawWriter().Append("createIndexes", ns.Collection).AppendAll(index.Spec).ToDocument();
        unit.Log(new OplogEntry("c", ns.Command.ToString(), collection.Options.Uuid, RawValue.Document(o)));
    }
}
