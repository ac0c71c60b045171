using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Diagnosis;

/// <summary>
/// Whether an account may do what a backup does, or the keeping of its catalogue, by the privileges that <c>connectionStatus</c> tells
/// (mongodb.com/docs/manual/reference/command/connectionStatus, .../reference/resource-document).
/// </summary>
internal static class AccountRights
{
    private const string Name = "rights", Backup = "backup", Monitor = "clusterMonitor", OfTheServer = "system.";

    private static readonly Need[] Needs =
    [
        new("listDatabases", null, null, Backup, "listing databases", Severity.Failed),
        new("listCollections", AnyDatabase, "", Backup, "listing collections", Severity.Failed),
        new("listIndexes", AnyDatabase, AnyCollection, Backup, "reading indexes", Severity.Failed),
        new("find", AnyDatabase, AnyCollection, Backup, "reading documents", Severity.Failed),
        new("find", "local", "oplog.rs", Backup, "reading the oplog, without which there are no incremental backups", Severity.Warning),
        new("find", "config", "transactions", Backup, "looking for open transactions", Severity.Warning),
        new("find", "admin", "system.users", Backup, "backing up users and roles", Severity.Warning),
        new("replSetGetStatus", null, null, Monitor, "asking for the state of the members", Severity.Warning),
        new("getParameter", null, null, Monitor, "asking for the feature compatibility version", Severity.Warning),
    ];

    private static readonly (string Action, string Collection)[] CatalogueNeeds =
    [
        .. from action in (string[])["find", "insert", "update"] from collection in (string[])[MongoCatalog.HeadCollection, MongoCatalog.BlocksCollection] select (action, collection),
        ("remove", MongoCatalog.BlocksCollection),
    ];

    // any name that is not one of the server's own
    private const string AnyDatabase = "app", AnyCollection = "things";

    /// <summary>One finding that all is well, or one for each right that lacks.</summary>
    public static async Task<IReadOnlyList<Finding>> Check(MongoConnection connection, int collections, CancellationToken cancellationToken)
    {
        var listed = $"{collections} collections and views can be listed";
        if (await Granted(connection, cancellationToken) is not { } granted) return [new(Name, Severity.Ok, $"{listed}; the URI names no user")];
        var missing = Missing(granted);
        return missing.Count == 0 ? [new(Name, Severity.Ok, $"{listed}, and the account may do what a backup does")] : missing;
    }

    /// <summary>A finding when a right lacks to keep the catalogue in this database.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckCatalogue(MongoConnection connection, string database, CancellationToken cancellationToken) =>
        await Granted(connection, cancellationToken) is { } granted ? MissingForCatalogue(granted, database) : [];

    /// <summary>What these privileges do not allow.</summary>
    public static IReadOnlyList<Finding> Missing(IEnumerable<BsonDocument> privileges)
    {
        var granted = privileges.ToList();
        return [.. from need in Needs where !granted.Any(need.IsMetBy) select new Finding(Name, need.Severity, $"the account may not {need.Action} {need.Where}: {need.Purpose}", $"grant it the role {need.Role}")];
    }

    /// <summary>What these privileges do not allow to be done with a catalogue in this database.</summary>
    public static IReadOnlyList<Finding> MissingForCatalogue(IEnumerable<BsonDocument> privileges, string database)
    {
        var granted = privileges.ToList();
        var missing = CatalogueNeeds.Where(n => !granted.Any(p => Allows(p, n.Action, database, n.Collection))).Select(n => n.Action).Distinct().ToList();
        return missing.Count == 0 ? [] : [new("catalogue", Severity.Failed, $"the account may not {string.Join(", ", missing)} in {database}: keeping the catalogue", $"grant it the role readWrite on {database}")];
    }

    // null: the URI names no user
    private static async Task<IEnumerable<BsonDocument>?> Granted(MongoConnection connection, CancellationToken cancellationToken)
    {
        var status = await connection.Run("admin", new BsonDocument { { "connectionStatus", 1 }, { "showPrivileges", true } }, cancellationToken);
        var info = status["authInfo"].AsBsonDocument;
        return info["authenticatedUsers"].AsBsonArray.Count == 0 ? null : info["authenticatedUserPrivileges"].AsBsonArray.OfType<BsonDocument>();
    }

    private static bool Allows(BsonDocument privilege, string action, string? database, string? collection)
    {
        var actions = privilege["actions"].AsBsonArray;
        return (actions.Contains(action) || actions.Contains("anyAction")) && Covers(privilege["resource"].AsBsonDocument, database, collection);
    }

    // an empty name stands for all, but for the databases of the server and for collections of the system
    private static bool Covers(BsonDocument resource, string? database, string? collection)
    {
        if (resource.GetValue("anyResource", false).ToBoolean()) return true;
        if (database is null) return resource.GetValue("cluster", false).ToBoolean();
        if (!resource.TryGetValue("db", out var inDatabase) || !resource.TryGetValue("collection", out var inCollection)) return false;
        return (inDatabase == database || (inDatabase.AsString.Length == 0 && database is not ("local" or "config"))) && (inCollection == collection || (inCollection.AsString.Length == 0 && !collection!.StartsWith(OfTheServer, StringComparison.Ordinal)));
    }

    /// <param name="Action">The action of a privilege.</param>
    /// <param name="Database">Null: the cluster.</param>
    /// <param name="Collection">Empty: the database as a whole.</param>
    /// <param name="Role">The built-in role that has it.</param>
    /// <param name="Purpose">What it is for.</param>
    /// <param name="Severity">How bad it is to lack it.</param>
    private sealed record Need(string Action, string? Database, string? Collection, string Role, string Purpose, Severity Severity)
    {
        public string Where => Database switch { null => "on the cluster", AnyDatabase => "in every database", _ => $"in {Database}.{Collection}" };

        public bool IsMetBy(BsonDocument privilege) => Allows(privilege, Action, Database, Collection);
    }
}
