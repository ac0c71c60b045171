using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Users;

/// <summary><c>createRole</c>, <c>dropRole</c> and <c>rolesInfo</c>. Roles are kept and reported, and grant nothing here.</summary>
internal sealed class RoleCommands(Store store)
{
    private static readonly Namespace Collection = AuthorizationCollections.Roles;

    public BsonDocument Create(CommandContext context)
    {
        Arguments.Read(context, "privileges", "roles", "authenticationRestrictions");
        var (body, database) = (AuthorizationCollections.Read(Arguments.Bytes(context.Body)), context.Database);
        var name = Name(body);
        foreach (var field in new[] { "privileges", "roles" })
        {
            if (!body.Contains(field)) throw new CommandException(40414, "Location40414", $"BSON field 'createRole.{field}' is missing but a required field");
        }
        if (RoleList.IsBuiltIn(name, database)) throw new CommandException(2, "BadValue", "Cannot create roles with the same name as a built-in role");
        return store.Write(context, unit =>
        {
            var id = AuthorizationCollections.Id(database, name);
            if (AuthorizationCollections.Find(unit, Collection, id) is not null) throw new CommandException(51002, "Location51002", $"Role \"{name}@{database}\" already exists");
            var role = new BsonDocument
            {
                { "_id", id }, { "role", name }, { "db", database }, { "privileges", body["privileges"] }, { "roles", new BsonArray(RoleList.Known(unit, body["roles"], database)) },
            };
            if (body.TryGetValue("authenticationRestrictions", out var restrictions)) role.Add("authenticationRestrictions", restrictions);
            AuthorizationCollections.Put(unit, Collection, role.ToBson());
            return new BsonDocument();
        });
    }

    /// <summary>Drops a role and takes it from the users and roles that have it.</summary>
    public BsonDocument Drop(CommandContext context)
    {
        Arguments.Read(context);
        var (name, database) = (Name(AuthorizationCollections.Read(Arguments.Bytes(context.Body))), context.Database);
        return store.Write(context, unit =>
        {
            if (!AuthorizationCollections.Delete(unit, Collection, AuthorizationCollections.Id(database, name))) throw RoleList.NotFound(name, database);
            var dropped = new BsonDocument { { "role", name }, { "db", database } };
            foreach (var ns in new[] { AuthorizationCollections.Users, Collection })
            {
                foreach (var holder in AuthorizationCollections.All(unit.Catalog, ns).Where(d => d["roles"].AsBsonArray.Contains(dropped)).ToList())
                {
                    holder["roles"].AsBsonArray.Remove(dropped);
                    AuthorizationCollections.Put(unit, ns, holder.ToBson());
                }
            }
            return new BsonDocument();
        });
    }

    public static BsonDocument Info(CommandContext context)
    {
        Arguments.Read(context, "showPrivileges", "showBuiltinRoles", "showAuthenticationRestrictions");
        var body = AuthorizationCollections.Read(Arguments.Bytes(context.Body));
        var wanted = AuthorizationQuery.Parse(body[0], "role", context.Database);
        var withPrivileges = body.GetValue("showPrivileges", false).ToBoolean();
        var roles = AuthorizationCollections.All(context.Catalog, Collection).Where(r => wanted(r["role"].AsString, r["db"].AsString)).Select(r => Shown(r, withPrivileges));
        return new BsonDocument("roles", new BsonArray(roles));
    }

    private static BsonDocument Shown(BsonDocument role, bool withPrivileges)
    {
        var shown = new BsonDocument(role.Where(f => f.Name is "_id" or "role" or "db")).Add("roles", role["roles"]).Add("inheritedRoles", role["roles"]).Add("isBuiltin", false);
        return withPrivileges ? shown.Add("privileges", role["privileges"]).Add("inheritedPrivileges", role["privileges"]) : shown;
    }

    private static string Name(BsonDocument body) =>
        body[0] is BsonString { Value.Length: > 0 } name ? name.Value : throw new CommandException(2, "BadValue", "Role name must be non-empty");
}
