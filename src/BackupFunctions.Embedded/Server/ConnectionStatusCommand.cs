using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>connectionStatus: who is logged in, with which roles and, when asked by <c>showPrivileges</c>, which privileges.</summary>
internal sealed class ConnectionStatusCommand(UserDirectory users)
{
    /// <summary>Adds the command.</summary>
    public void Register(CommandTable commands) => commands.Add("connectionStatus", context => ValueTask.FromResult(Status(context)));

    private BsonDocument Status(CommandContext context)
    {
        var user = context.Connection.User is { } name ? users.Find(name) : null;
        var roles = user?.Roles ?? [];
        var authInfo = new BsonDocument
        {
            { "authenticatedUsers", user is null ? [] : new BsonArray { Named("user", user.Name, user.Database) } },
            { "authenticatedUserRoles", new BsonArray(roles.Select(role => Named("role", role.Role, role.Database))) },
        };
        if (context.Body.GetValue("showPrivileges", false).ToBoolean())
            authInfo.Add("authenticatedUserPrivileges", new BsonArray(roles.SelectMany(RolePrivileges.Of)));
        return new BsonDocument("authInfo", authInfo);
    }

    private static BsonDocument Named(string kind, string name, string database) => new() { { kind, name }, { "db", database } };
}
