using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Users;

/// <summary>
/// <c>_mergeAuthzCollections</c>: what a restore of users and roles ends with. Documents of temporary collections replace or join those of
/// <c>admin.system.users</c> and <c>admin.system.roles</c>; with <c>drop</c>, those that are not among them go.
/// </summary>
internal static class MergeAuthorizationCommand
{
    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "tempUsersCollection", "tempRolesCollection", "db", "drop");
        var (users, roles) = (arguments.Text("tempUsersCollection") ?? "", arguments.Text("tempRolesCollection") ?? "");
        if (users.Length + roles.Length == 0) throw new CommandException(2, "BadValue", "Must provide at least one of \"tempUsersCollection\" and \"tempRolesCollection\"");
        var (database, drop) = (arguments.Text("db") ?? "", arguments.Flag("drop"));
        return store.Write(context, unit =>
        {
            if (roles.Length > 0) Merge(unit, Namespace.Parse(roles), AuthorizationCollections.Roles, "role", database, drop);
            if (users.Length > 0) Merge(unit, Namespace.Parse(users), AuthorizationCollections.Users, "user", database, drop);
            return new BsonDocument();
        });
    }

    private static void Merge(WriteUnit unit, Namespace from, Namespace to, string kind, string database, bool drop)
    {
        var merged = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in unit.Catalog.FindCollection(from)?.Natural(forward: true).ToList() ?? [])
        {
            var document = AuthorizationCollections.Read(record.Bytes);
            if (!document.TryGetValue(kind, out var name) || !document.TryGetValue("db", out var db)) throw new CommandException(2, "BadValue", $"{from} holds a document without '{kind}' or 'db'");
            if (database.Length > 0 && db != database) continue;
            document["_id"] = AuthorizationCollections.Id(db.AsString, name.AsString);
            if (kind == "user" && !document.Contains("userId")) document.InsertAt(1, new BsonElement("userId", new BsonBinaryData(unit.Ids.NextUuid(), GuidRepresentation.Standard)));
            merged.Add(document["_id"].AsString);
            AuthorizationCollections.Put(unit, to, document.ToBson());
        }
        if (!drop) return;
        foreach (var old in AuthorizationCollections.All(unit.Catalog, to).Where(d => (database.Length == 0 || d["db"] == database) && !merged.Contains(d["_id"].AsString)).ToList())
        {
            AuthorizationCollections.Delete(unit, to, old["_id"].AsString);
        }
    }
}
