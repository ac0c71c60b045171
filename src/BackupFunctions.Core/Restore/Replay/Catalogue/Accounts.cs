using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>Users and roles, which are handed out and never written: they are restored by the server's own command, when that is asked for.</summary>
internal sealed class Accounts
{
    public StoredDocuments Users { get; } = new();

    public StoredDocuments Roles { get; } = new();

    /// <summary>Begins with what was loaded.</summary>
    public Accounts(ReplayStart start)
    {
        foreach (var user in start.Users) Users.Set(Bson.RawBson.Bytes(user));
        foreach (var role in start.Roles) Roles.Set(Bson.RawBson.Bytes(role));
    }

    /// <summary>The documents that a namespace holds.</summary>
    public StoredDocuments Of(Namespace ns) => ns.Collection == "system.users" ? Users : Roles;
}
