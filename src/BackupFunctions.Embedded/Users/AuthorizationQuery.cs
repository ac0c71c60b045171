using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Users;

/// <summary>Whom <c>usersInfo</c> and <c>rolesInfo</c> ask for: 1, a name, <c>{user, db}</c>, several of these, or <c>{forAllDBs: true}</c>.</summary>
internal static class AuthorizationQuery
{
    /// <summary>Whether a name in a database is asked for; <paramref name="field"/> is user or role.</summary>
    public static Func<string, string, bool> Parse(BsonValue value, string field, string database) => value switch
    {
        BsonArray several => Any([.. several.Select(one => One(one, field, database))]),
        { IsNumeric: true } => (_, db) => db == database,
        BsonDocument { ElementCount: 1 } all when all.GetElement(0).Name == "forAllDBs" => (_, _) => all[0].ToBoolean(),
        _ => One(value, field, database),
    };

    private static Func<string, string, bool> One(BsonValue value, string field, string database) => value switch
    {
        BsonString text => (name, db) => name == text.Value && db == database,
        BsonDocument pair when pair.Contains(field) && pair.Contains("db") => (name, db) => name == pair[field] && db == pair["db"],
        _ => throw new CommandException(2, "BadValue", $"names must be strings or documents with '{field}' and 'db'"),
    };

    private static Func<string, string, bool> Any(List<Func<string, string, bool>> queries) => (name, db) => queries.Exists(q => q(name, db));
}
