using System.Collections.Frozen;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Users;

/// <summary>Roles as commands name them: <c>"read"</c>, in the command's database, or <c>{role, db}</c>.</summary>
internal static class RoleList
{
    private static readonly FrozenSet<string> OfAnyDatabase = FrozenSet.Create(
        StringComparer.Ordinal, "read", "readWrite", "dbAdmin", "dbOwner", "userAdmin", "enableSharding");

    private static readonly FrozenSet<string> OfAdmin = FrozenSet.Create(
        StringComparer.Ordinal, "readAnyDatabase", "readWriteAnyDatabase", "userAdminAnyDatabase", "dbAdminAnyDatabase", "clusterAdmin", "clusterManager",
        "clusterMonitor", "hostManager", "backup", "restore", "root", "__system", "directShardOperations");

    /// <summary>The roles of a field; error 14 for what is none.</summary>
    public static List<BsonDocument> Parse(BsonValue value, string database)
    {
        if (value is not BsonArray array) throw Invalid();
        return [.. array.Select(role => role switch
        {
            BsonString name => Role(name.Value, database),
            BsonDocument document when document.TryGetValue("role", out var name) && document.TryGetValue("db", out var db) && name.IsString && db.IsString => Role(name.AsString, db.AsString),
            _ => throw Invalid(),
        })];
    }

    /// <summary>The roles of a field; error 31 when one is neither built in nor made by a command.</summary>
    public static List<BsonDocument> Known(WriteUnit unit, BsonValue value, string database)
    {
        var roles = Parse(value, database);
        foreach (var role in roles) Check(unit, role);
        return roles;
    }

    public static bool IsBuiltIn(string name, string database) => OfAnyDatabase.Contains(name) || (database == "admin" && OfAdmin.Contains(name));

    public static CommandException NotFound(string name, string database) => new(31, "RoleNotFound", $"Could not find role: {name}@{database}");

    private static void Check(WriteUnit unit, BsonDocument role)
    {
        var (name, database) = (role["role"].AsString, role["db"].AsString);
        if (IsBuiltIn(name, database)) return;
        if (AuthorizationCollections.Find(unit, AuthorizationCollections.Roles, AuthorizationCollections.Id(database, name)) is null) throw NotFound(name, database);
    }

    private static BsonDocument Role(string name, string database) => new() { { "role", name }, { "db", database } };

    private static CommandException Invalid() => new(14, "TypeMismatch", "Role names must be either strings or objects with 'role' and 'db'");
}
