using MongoDB.Bson;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// What the server's built-in roles allow, as connectionStatus reports it with <c>showPrivileges</c>: the actions that backing up and
/// restoring ask for, not the server's whole list. A role that is not here is reported without privileges.
/// </summary>
internal static class RolePrivileges
{
    private static readonly string[] RolesOfRoot =
        ["readWriteAnyDatabase", "dbAdminAnyDatabase", "clusterMonitor", "hostManager", "backup", "restore"];

    private static readonly string[] Find = ["find"];

    private static readonly string[] Read =
        ["changeStream", "collStats", "dbHash", "dbStats", "find", "killCursors", "listCollections", "listIndexes", "planCacheRead"];

    private static readonly string[] Write =
    [
        "convertToCapped", "createCollection", "createIndex", "dropCollection", "dropIndex", "insert", "remove", "renameCollectionSameDB",
        "update",
    ];

    private static readonly string[] Administer =
    [
        "bypassDocumentValidation", "collMod", "collStats", "convertToCapped", "createCollection", "createIndex", "dbStats", "dropCollection", "dropDatabase",
        "dropIndex", "listCollections", "listIndexes", "renameCollectionSameDB",
    ];

    private static readonly string[] AdministerUsers =
    [
        "changeCustomData", "changePassword", "createRole", "createUser", "dropRole", "dropUser", "grantRole", "revokeRole", "setAuthenticationRestriction",
        "viewRole", "viewUser",
    ];

    // neither reads nor changes documents
    private static readonly string[] Load =
        ["bypassDocumentValidation", "collMod", "convertToCapped", "createCollection", "createIndex", "dropCollection", "insert"];

    private static readonly string[] Monitor =
        ["getCmdLineOpts", "getParameter", "hostInfo", "listDatabases", "replSetGetConfig", "replSetGetStatus", "serverStatus"];

    /// <summary>The privileges of this role: documents of <c>resource</c> and <c>actions</c>.</summary>
    public static IEnumerable<BsonDocument> Of(EmbeddedRole role) => role.Role switch
    {
        "read" => [On(role.Database, Read)],
        "readWrite" => [On(role.Database, Read, Write)],
        "readAnyDatabase" => [On(string.Empty, Read), OnCluster("listDatabases")],
        "readWriteAnyDatabase" => [On(string.Empty, Read, Write), OnCluster("listDatabases")],
        "dbOwner" => [On(role.Database, Read, Write, Administer, AdministerUsers)],
        "dbAdminAnyDatabase" => [On(string.Empty, Administer), OnCluster("applyOps", "listDatabases")],
        "clusterMonitor" => [OnCluster(Monitor), On("local", Read), On("config", Read)],
        "hostManager" => [OnCluster("setParameter")],
        "backup" =>
        [
            OnAny("collStats", "listCollections", "listIndexes"),
            .. from database in (string[])[string.Empty, "local", "config"] select On(database, Find),
            .. from collection in (string[])["system.js", "system.users"] select OnCollection(string.Empty, collection, Find),
            .. from collection in (string[])["system.roles", "system.version"] select OnCollection("admin", collection, Find),
            OnCluster("appendOplogNote", "getParameter", "listDatabases", "serverStatus", "setUserWriteBlockMode", "useUUID"),
        ],
        "restore" =>
        [
            OnAny("listCollections"),
            On(string.Empty, Load, AdministerUsers), On("local", Load), On("config", Load), OnCollection(string.Empty, "system.js", Load),
            OnCollection(string.Empty, "system.users", Load, Find, ["remove", "update"]), OnCollection("admin", "system.version", Load, Find),
            OnCollection("admin", "system.roles", ["createIndex"]), OnCollection("admin", "tempusers", Find), OnCollection("admin", "temproles", Find),
            OnCluster("applyOps", "bypassWriteBlockingMode", "forceUUID", "getParameter", "setUserWriteBlockMode", "useUUID"),
        ],
        "root" => RolesOfRoot.SelectMany(name => Of(new(name))),
        "__system" => [OnAny("anyAction")],
        _ => [],
    };

    private static BsonDocument On(string database, params IReadOnlyList<string[]> actions) => OnCollection(database, string.Empty, actions);

    private static BsonDocument OnCollection(string database, string collection, params IReadOnlyList<string[]> actions) =>
        Privilege(new() { { "db", database }, { "collection", collection } }, actions.SelectMany(group => group).Distinct());

    private static BsonDocument OnCluster(params IReadOnlyList<string> actions) => Privilege(new("cluster", true), actions);

    private static BsonDocument OnAny(params IReadOnlyList<string> actions) => Privilege(new("anyResource", true), actions);

    private static BsonDocument Privilege(BsonDocument resource, IEnumerable<string> actions) =>
        new() { { "resource", resource }, { "actions", new BsonArray(actions.Order(StringComparer.Ordinal)) } };
}
