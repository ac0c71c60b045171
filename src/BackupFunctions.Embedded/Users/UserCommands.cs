using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Users;

/// <summary><c>createUser</c>, <c>updateUser</c>, <c>dropUser</c>, <c>grantRolesToUser</c>, <c>revokeRolesFromUser</c> and <c>usersInfo</c>.</summary>
internal sealed class UserCommands(Store store)
{
    private const string Mechanism = "SCRAM-SHA-256";

    private static readonly Namespace Collection = AuthorizationCollections.Users;

    private static readonly string[] Fields = ["pwd", "customData", "roles", "authenticationRestrictions", "mechanisms", "digestPassword"];

    private static readonly string[] KeptAsGiven = ["customData", "authenticationRestrictions"];

    public BsonDocument Create(CommandContext context)
    {
        var (body, name, database) = Read(context, Fields);
        if (!body.Contains("roles")) throw Missing(context, "roles");
        var external = database == EmbeddedUser.ExternalDatabase;
        if (!external && !body.Contains("pwd")) throw new CommandException(2, "BadValue", "Must provide a 'pwd' field for all user documents, except those with '$external' as the user's source db");
        var credentials = external ? new BsonDocument("external", true) : Credentials(body);
        return store.Write(context, unit =>
        {
            var id = AuthorizationCollections.Id(database, name);
            if (AuthorizationCollections.Find(unit, Collection, id) is not null) throw new CommandException(51003, "Location51003", $"User \"{name}@{database}\" already exists");
            var user = new BsonDocument
            {
                { "_id", id }, { "userId", new BsonBinaryData(unit.Ids.NextUuid(), GuidRepresentation.Standard) }, { "user", name }, { "db", database }, { "credentials", credentials },
            };
            if (body.TryGetValue("customData", out var customData)) user.Add("customData", customData);
            user.Add("roles", new BsonArray(RoleList.Known(unit, body["roles"], database)));
            if (body.TryGetValue("authenticationRestrictions", out var restrictions)) user.Add("authenticationRestrictions", restrictions);
            AuthorizationCollections.Put(unit, Collection, user.ToBson());
            return new BsonDocument();
        });
    }

    public BsonDocument Update(CommandContext context)
    {
        var (body, _, database) = Read(context, Fields);
        if (!Fields.Any(body.Contains)) throw new CommandException(2, "BadValue", "Must specify at least one field to update in updateUser");
        var credentials = body.Contains("pwd") ? Credentials(body) : null;
        return Change(context, (unit, user) =>
        {
            if (credentials is not null) user["credentials"] = credentials;
            foreach (var field in KeptAsGiven)
            {
                if (body.TryGetValue(field, out var value)) user[field] = value;
            }
            if (body.TryGetValue("roles", out var roles)) user["roles"] = new BsonArray(RoleList.Known(unit, roles, database));
        });
    }

    public BsonDocument Grant(CommandContext context) => Change(context, (unit, user) =>
    {
        var added = RoleList.Known(unit, Required(context, "roles"), context.Database);
        user["roles"] = new BsonArray(user["roles"].AsBsonArray.Union(added));
    });

    public BsonDocument Revoke(CommandContext context) => Change(context, (_, user) =>
    {
        var removed = RoleList.Parse(Required(context, "roles"), context.Database);
        user["roles"] = new BsonArray(user["roles"].AsBsonArray.Except(removed));
    });

    public BsonDocument Drop(CommandContext context)
    {
        var (_, name, database) = Read(context);
        return store.Write(context, unit => AuthorizationCollections.Delete(unit, Collection, AuthorizationCollections.Id(database, name))
            ? new BsonDocument()
            : throw NotFound(name, database));
    }

    public static BsonDocument Info(CommandContext context)
    {
        Arguments.Read(context, "showCredentials", "showCustomData", "showPrivileges", "showAuthenticationRestrictions", "filter");
        var body = AuthorizationCollections.Read(Arguments.Bytes(context.Body));
        var wanted = AuthorizationQuery.Parse(body[0], "user", context.Database);
        var withCredentials = body.GetValue("showCredentials", false).ToBoolean();
        var users = AuthorizationCollections.All(context.Catalog, Collection).Where(u => wanted(u["user"].AsString, u["db"].AsString)).Select(u => Shown(u, withCredentials));
        return new BsonDocument("users", new BsonArray(users));
    }

    private BsonDocument Change(CommandContext context, Action<WriteUnit, BsonDocument> change)
    {
        var (_, name, database) = Read(context, Fields);
        return store.Write(context, unit =>
        {
            var user = AuthorizationCollections.Find(unit, Collection, AuthorizationCollections.Id(database, name)) ?? throw NotFound(name, database);
            change(unit, user);
            AuthorizationCollections.Put(unit, Collection, user.ToBson());
            return new BsonDocument();
        });
    }

    private static BsonDocument Shown(BsonDocument user, bool withCredentials)
    {
        var shown = new BsonDocument(user.Where(f => f.Name != "credentials" || withCredentials));
        var mechanisms = user["credentials"].AsBsonDocument.Names.Select(n => n == "external" ? "external" : n);
        return shown.Add("mechanisms", new BsonArray(mechanisms));
    }

    private static BsonDocument Credentials(BsonDocument body)
    {
        if (body["pwd"] is not BsonString { Value.Length: > 0 } password) throw new CommandException(2, "BadValue", "Password cannot be empty");
        if (body.TryGetValue("mechanisms", out var given) && given is not BsonArray { Count: > 0 }) throw new CommandException(2, "BadValue", "mechanisms field must not be empty");
        if (given is BsonArray mechanisms && !mechanisms.Contains(Mechanism)) throw new CommandException(2, "BadValue", $"this server has {Mechanism} only");
        return new BsonDocument(Mechanism, ScramCredential.Create(password.Value).ToDocument());
    }

    private static (BsonDocument Body, string Name, string Database) Read(CommandContext context, params string[] fields)
    {
        Arguments.Read(context, fields);
        var body = AuthorizationCollections.Read(Arguments.Bytes(context.Body));
        if (body[0] is not BsonString { Value.Length: > 0 } name) throw new CommandException(14, "TypeMismatch", $"BSON field '{context.Name}.{context.Name}' must be a string that is not empty");
        return (body, name.Value, context.Database);
    }

    private static BsonValue Required(CommandContext context, string field) => context.Body.TryGetValue(field, out _)
        ? AuthorizationCollections.Read(Arguments.Bytes(context.Body))[field]
        : throw Missing(context, field);

    private static CommandException Missing(CommandContext context, string field) =>
        new(40414, "Location40414", $"BSON field '{context.Name}.{field}' is missing but a required field");

    private static CommandException NotFound(string name, string database) => new(11, "UserNotFound", $"User '{name}@{database}' not found");
}
