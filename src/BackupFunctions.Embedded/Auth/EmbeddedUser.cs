using MongoDB.Bson;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// A role and the database it is granted on. Roles are reported by connectionStatus; the server enforces only that a user is known.
/// </summary>
public sealed record EmbeddedRole(string Role, string Database = "admin");

/// <summary>Someone who may log in. A class and no record, so that a password is never printed.</summary>
public sealed class EmbeddedUser
{
    /// <summary>The database of users whom a certificate proves.</summary>
    public const string ExternalDatabase = "$external";

    private EmbeddedUser(string name, string database, string? password, IReadOnlyList<EmbeddedRole> roles) =>
        (Name, Database, Password, Roles) = (name, database, password, roles);

    /// <summary>The name, or the certificate's subject.</summary>
    public string Name { get; }

    /// <summary>The database that the user is defined in: <c>authSource</c> of a connection string.</summary>
    public string Database { get; }

    /// <summary>The user's roles.</summary>
    public IReadOnlyList<EmbeddedRole> Roles { get; }

    internal string? Password { get; }

    /// <summary>A user whom a document of <c>admin.system.users</c> describes.</summary>
    internal static EmbeddedUser Of(BsonDocument document) => new(
        document["user"].AsString, document["db"].AsString, password: null,
        [.. document["roles"].AsBsonArray.Select(r => new EmbeddedRole(r["role"].AsString, r["db"].AsString))]);

    /// <summary>A user who logs in by SCRAM-SHA-256.</summary>
    /// <exception cref="ArgumentException">The name or the password is empty, or the database name is not valid.</exception>
    public static EmbeddedUser WithPassword(
        string name, string password, string database = "admin", params IReadOnlyList<EmbeddedRole> roles)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(password);
        ArgumentException.ThrowIfNullOrEmpty(database);
        if (database.Contains('.', StringComparison.Ordinal) || database == ExternalDatabase)
            throw new ArgumentException($"define user {name}: {database} holds no users with passwords", nameof(database));
        return new EmbeddedUser(name, database, password, roles);
    }

    /// <summary>A user who logs in by MONGODB-X509 with a client certificate of this subject.</summary>
    /// <param name="subject">As RFC 2253 writes it, for example <c>CN=backup,OU=ops,O=Example</c>.</param>
    /// <param name="roles">The user's roles.</param>
    /// <exception cref="ArgumentException">The subject is empty.</exception>
    public static EmbeddedUser WithCertificate(string subject, params IReadOnlyList<EmbeddedRole> roles)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return new EmbeddedUser(subject, ExternalDatabase, password: null, roles);
    }
}
